// Batch normalisation with the activation after it: x (rows, channels), statistics over the rows.
#include "pool.h"
#include "real.h"

enum { CHUNKS = 16, ROWS = 64, SLOT = 2 };  // parts with sums of their own; rows that stay in the nearest cache

typedef struct {
    const REAL *x, *gy, *mean, *inv_std, *scale, *shift, *ggamma, *gbeta;
    long rows, channels;
    REAL slope, *y, *sums;  // (CHUNKS, 2, channels)
} Job;

INLINE long chunk_begin(const Job *job, long chunk) { return chunk * job->rows / CHUNKS; }

// Mean of a chunk's rows and sum of their squared distances from it. Chan, Golub & LeVeque 1979, "Updating formulae and
// a pairwise algorithm for computing sample variances".
static void chunk_moments(void *given, long chunk, int thread) {
    const Job *job = given;
    long channels = job->channels, first = chunk_begin(job, chunk), end = chunk_begin(job, chunk + 1);
    REAL *means = job->sums + chunk * 2 * channels, *squares = means + channels;
    memset(means, 0, 2 * channels * sizeof(REAL));
    for (long from = first; from < end; from += ROWS) {
        long here = min(ROWS, end - from), before = from - first;
        for (long c = 0; c < channels; c += V) {
            long lanes = min(V, channels - c);
            const REAL *x = job->x + from * channels + c;
            vec sum = {0}, square = {0};
            for (long i = 0; i < here; i++) sum += take(x + i * channels, lanes);
            vec mean = sum / (REAL)here;
            for (long i = 0; i < here; i++) {
                vec d = take(x + i * channels, lanes) - mean;
                square += d * d;
            }
            vec m = take(means + c, lanes), d = mean - m;
            put(means + c, m + d * ((REAL)here / (before + here)), lanes);
            put(squares + c, take(squares + c, lanes) + square + d * d * ((REAL)before * here / (before + here)), lanes);
        }
    }
}

// mean and variance, not corrected, of each channel
void moments(const REAL *x, long rows, long channels, REAL *mean, REAL *variance) {
    HOLD_POOL;
    REAL *sums = scratch(0, SLOT, CHUNKS * 2 * channels * sizeof(REAL));
    Job job = {.x = x, .rows = rows, .channels = channels, .sums = sums};
    parallel(chunk_moments, &job, CHUNKS);
    for (long c = 0; c < channels; c++) {
        double m = 0, square = 0, n = 0;
        for (long chunk = 0; chunk < CHUNKS; chunk++) {
            double here = chunk_begin(&job, chunk + 1) - chunk_begin(&job, chunk);
            if (here == 0) continue;
            double d = sums[chunk * 2 * channels + c] - m;
            square += sums[(chunk * 2 + 1) * channels + c] + d * d * n * here / (n + here);
            m += d * here / (n + here);
            n += here;
        }
        mean[c] = m;
        variance[c] = square / n;
    }
}

static void chunk_normalized(void *given, long chunk, int thread) {
    const Job *job = given;
    long channels = job->channels;
    for (long i = chunk_begin(job, chunk); i < chunk_begin(job, chunk + 1); i++)
        for (long c = 0; c < channels; c += V) {
            long lanes = min(V, channels - c), at = i * channels + c;
            vec v = take(job->x + at, lanes) * take(job->scale + c, lanes) + take(job->shift + c, lanes);
            put(job->y + at, activated(v, job->slope), lanes);
        }
}

// y = activation(x * scale + shift)
void normalize(const REAL *x, long rows, long channels, const REAL *scale, const REAL *shift, REAL slope, REAL *y) {
    HOLD_POOL;
    Job job = {.x = x, .rows = rows, .channels = channels, .scale = scale, .shift = shift, .slope = slope, .y = y};
    parallel(chunk_normalized, &job, CHUNKS);
}

// What reaches the normalised value: gy where the activation let it through.
INLINE vec through(const Job *job, long at, long c, long lanes, vec x) {
    vec gy = take(job->gy + at, lanes);
    if (job->slope == 1) return gy;
    vec y = x * take(job->scale + c, lanes) + take(job->shift + c, lanes);
    return where(y > 0, gy, gy * job->slope);
}

static void chunk_sums(void *given, long chunk, int thread) {
    const Job *job = given;
    long channels = job->channels;
    REAL *gbeta = job->sums + chunk * 2 * channels, *ggamma = gbeta + channels;
    memset(gbeta, 0, 2 * channels * sizeof(REAL));
    long end = chunk_begin(job, chunk + 1);
    for (long from = chunk_begin(job, chunk); from < end; from += ROWS)
        for (long c = 0; c < channels; c += V) {
            long lanes = min(V, channels - c);
            vec mean = take(job->mean + c, lanes), inv_std = take(job->inv_std + c, lanes), b = {0}, g = {0};
            for (long i = from; i < min(end, from + ROWS); i++) {
                vec x = take(job->x + i * channels + c, lanes), gy = through(job, i * channels + c, c, lanes, x);
                b += gy;
                g += gy * ((x - mean) * inv_std);
            }
            put(gbeta + c, take(gbeta + c, lanes) + b, lanes);
            put(ggamma + c, take(ggamma + c, lanes) + g, lanes);
        }
}

static void chunk_gradient(void *given, long chunk, int thread) {
    const Job *job = given;
    long channels = job->channels;
    for (long i = chunk_begin(job, chunk); i < chunk_begin(job, chunk + 1); i++)
        for (long c = 0; c < channels; c += V) {
            long lanes = min(V, channels - c), at = i * channels + c;
            vec x = take(job->x + at, lanes), gy = through(job, at, c, lanes, x);
            vec x_hat = (x - take(job->mean + c, lanes)) * take(job->inv_std + c, lanes);
            vec along = x_hat * take(job->ggamma + c, lanes) + take(job->gbeta + c, lanes);
            put(job->y + at, take(job->scale + c, lanes) * (gy - along / (REAL)job->rows), lanes);
        }
}

// Gradients of activation(x_hat * gamma + beta) by gamma and beta; `scale` is gamma * inv_std, `shift` beta - mean * scale.
// No sigmoid.
void normalize_sums(const REAL *x, const REAL *gy, long rows, long channels, const REAL *mean, const REAL *inv_std,
                    const REAL *scale, const REAL *shift, REAL slope, REAL *ggamma, REAL *gbeta) {
    HOLD_POOL;
    REAL *sums = scratch(0, SLOT, CHUNKS * 2 * channels * sizeof(REAL));
    Job job = {x, gy, mean, inv_std, scale, shift, ggamma, gbeta, rows, channels, slope, NULL, sums};
    parallel(chunk_sums, &job, CHUNKS);
    for (long c = 0; c < channels; c++) {
        double b = 0, g = 0;
        for (long chunk = 0; chunk < CHUNKS; chunk++) {
            b += sums[chunk * 2 * channels + c];
            g += sums[(chunk * 2 + 1) * channels + c];
        }
        gbeta[c] = b;
        ggamma[c] = g;
    }
}

// And by x, from those.
void normalize_back(const REAL *x, const REAL *gy, long rows, long channels, const REAL *mean, const REAL *inv_std,
                    const REAL *scale, const REAL *shift, REAL slope, const REAL *ggamma, const REAL *gbeta, REAL *gx) {
    HOLD_POOL;
    Job job = {x, gy, mean, inv_std, scale, shift, ggamma, gbeta, rows, channels, slope, gx, NULL};
    parallel(chunk_gradient, &job, CHUNKS);
}

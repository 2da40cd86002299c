// Batch normalisation with a scale and a shift for each image: x (n, points, channels), statistics as norm.c takes them.
#include "pool.h"
#include "real.h"

enum { VALUES_A_TASK = 1 << 15 };

typedef struct {
    const REAL *x, *gy, *mean, *inv_std, *scale, *shift, *ggamma, *gbeta;
    long n, points, channels, images;  // of a task
    REAL slope, *y, *z;
} Job;

static void run(task *some, Job *job) {
    job->images = max(1, VALUES_A_TASK / (job->points * job->channels));
    parallel(some, job, over(job->n, job->images));
}

// A vector of an image's channels, of which `lanes` count: its values begin at `at`, its own parameters at `own`.
typedef struct {
    long c, lanes, own, at;
    vec scale, shift;
} Spot;

// `one` for each of a task
INLINE void each(const Job *job, long number, void (*one)(const Job *, Spot)) {
    long channels = job->channels, end = min(job->n, (number + 1) * job->images);
    for (long image = number * job->images; image < end; image++)
        for (long c = 0; c < channels; c += V) {
            Spot spot = {c, min(V, channels - c), image * channels + c, image * job->points * channels + c};
            spot.scale = take(job->scale + spot.own, spot.lanes);
            spot.shift = take(job->shift + spot.own, spot.lanes);
            one(job, spot);
        }
}

// What reaches the normalised value: gy where the activation let it through.
INLINE vec through(vec x, vec gy, Spot spot, REAL slope) {
    return slope == 1 ? gy : where(x * spot.scale + spot.shift > 0, gy, gy * slope);
}

INLINE void normalized_spot(const Job *job, Spot spot) {
    for (long i = 0, at = spot.at; i < job->points; i++, at += job->channels)
        put(job->y + at, activated(take(job->x + at, spot.lanes) * spot.scale + spot.shift, job->slope), spot.lanes);
}

static void normalized(void *given, long number, int thread) { each(given, number, normalized_spot); }

// y = activation(x * scale + shift), both (n, channels)
void normalize_each(const REAL *x, long n, long points, long channels, const REAL *scale, const REAL *shift, REAL slope,
                    REAL *y) {
    HOLD_POOL;
    Job job = {.x = x, .n = n, .points = points, .channels = channels, .scale = scale, .shift = shift, .slope = slope};
    job.y = y;
    run(normalized, &job);
}

INLINE void summed_spot(const Job *job, Spot spot) {
    vec mean = take(job->mean + spot.c, spot.lanes), inv_std = take(job->inv_std + spot.c, spot.lanes), b = {0}, g = {0};
    for (long i = 0, at = spot.at; i < job->points; i++, at += job->channels) {
        vec x = take(job->x + at, spot.lanes), gy = through(x, take(job->gy + at, spot.lanes), spot, job->slope);
        b += gy;
        g += gy * ((x - mean) * inv_std);
    }
    put(job->y + spot.own, g, spot.lanes);
    put(job->z + spot.own, b, spot.lanes);
}

static void summed(void *given, long number, int thread) { each(given, number, summed_spot); }

// Gradients of activation(x_hat * gamma + beta) by gamma and beta, (n, channels) each. No sigmoid.
void normalize_each_sums(const REAL *x, const REAL *gy, long n, long points, long channels, const REAL *mean,
                         const REAL *inv_std, const REAL *scale, const REAL *shift, REAL slope, REAL *ggamma,
                         REAL *gbeta) {
    HOLD_POOL;
    Job job = {x, gy, mean, inv_std, scale, shift, NULL, NULL, n, points, channels, 1, slope, ggamma, gbeta};
    run(summed, &job);
}

INLINE void gradient_spot(const Job *job, Spot spot) {
    vec mean = take(job->mean + spot.c, spot.lanes), inv_std = take(job->inv_std + spot.c, spot.lanes);
    vec g = take(job->ggamma + spot.c, spot.lanes), b = take(job->gbeta + spot.c, spot.lanes);
    for (long i = 0, at = spot.at; i < job->points; i++, at += job->channels) {
        vec x = take(job->x + at, spot.lanes), gy = through(x, take(job->gy + at, spot.lanes), spot, job->slope);
        put(job->y + at, spot.scale * gy - inv_std * (b + (x - mean) * inv_std * g), spot.lanes);
    }
}

static void gradient(void *given, long number, int thread) { each(given, number, gradient_spot); }

// And by x. `ggamma` and `gbeta` (channels): those sums, each times its image's gamma, averaged over all points.
void normalize_each_back(const REAL *x, const REAL *gy, long n, long points, long channels, const REAL *mean,
                         const REAL *inv_std, const REAL *scale, const REAL *shift, REAL slope, const REAL *ggamma,
                         const REAL *gbeta, REAL *gx) {
    HOLD_POOL;
    Job job = {x, gy, mean, inv_std, scale, shift, ggamma, gbeta, n, points, channels, 1, slope, gx, NULL};
    run(gradient, &job);
}

// The gradient of an activation, from what the activation gave.
#include "pool.h"
#include "real.h"

enum { VALUES_A_TASK = 1 << 15 };

typedef struct {
    const REAL *y, *gy;
    long n, points, channels, images;  // of a task
    REAL slope, *g, *sums;
} Job;

INLINE vec pulled(vec y, vec gy, REAL slope) {
    if (slope == SIGMOID) return gy * y * (1 - y);
    return slope == 1 ? gy : where(y > 0, gy, gy * slope);
}

// Where some points together are one vector they are taken so; their sums are added up at the end.
static void narrow_image(const Job *job, long image) {
    long channels = job->channels, n = job->points * channels, whole = n / V * V, rest = n - whole;
    const REAL *y = job->y + image * n, *gy = job->gy + image * n;
    REAL *g = job->g ? job->g + image * n : NULL;
    vec sum = {0};
    for (long i = 0; i < whole; i += V) {
        vec value = pulled(load(y + i), load(gy + i), job->slope);
        sum += value;
        if (g) store(g + i, value);
    }
    if (rest) {
        vec value = pulled(load_part(y + whole, rest), load_part(gy + whole, rest), job->slope);
        sum += value;
        if (g) store_part(g + whole, value, rest);
    }
    if (!job->sums) return;
    REAL *sums = job->sums + image * channels;
    memset(sums, 0, channels * sizeof(REAL));
    for (long i = 0; i < V; i++) sums[i % channels] += sum[i];
}

static void some_images(void *given, long number, int thread) {
    const Job *job = given;
    long channels = job->channels, first = number * job->images, end = min(job->n, first + job->images);
    if (channels < V && V % channels == 0) {
        for (long image = first; image < end; image++) narrow_image(job, image);
        return;
    }
    for (long image = first; image < end; image++)
        for (long c = 0; c < channels; c += V) {
            long lanes = min(V, channels - c);
            const REAL *y = job->y + image * job->points * channels + c, *gy = job->gy + (y - job->y);
            REAL *g = job->g ? job->g + (y - job->y) : NULL;
            vec sum = {0};
            for (long at = 0; at < job->points * channels; at += channels) {
                int whole = lanes == V;
                vec value = whole ? pulled(load(y + at), load(gy + at), job->slope)
                                  : pulled(load_part(y + at, lanes), load_part(gy + at, lanes), job->slope);
                sum += value;
                if (g && whole) store(g + at, value);
                else if (g) store_part(g + at, value, lanes);
            }
            if (job->sums) store_part(job->sums + image * channels + c, sum, lanes);
        }
}

// y, gy, g (n, points, channels); `sums` (n, channels) has those of g over the points of each image. Either may be NULL.
void pull_back(const REAL *y, const REAL *gy, long n, long points, long channels, REAL slope, REAL *g, REAL *sums) {
    HOLD_POOL;
    long images = max(1, VALUES_A_TASK / (points * channels));
    Job job = {y, gy, n, points, channels, images, slope, g, sums};
    parallel(some_images, &job, over(n, images));
}

// A scale for each channel of each image, a bias for each channel, and the activation after them.
#include "pool.h"
#include "real.h"

enum { ROWS = 64, VALUES_A_TASK = 1 << 15 };  // rows that stay in the nearest cache

typedef struct {
    const REAL *x, *gy, *scale, *bias;
    long n, points, channels, rows;  // of a task
    REAL slope, *y, *gscale, *gbias;
} Job;

INLINE vec bias_of(const Job *job, long c, long lanes) { return job->bias ? take(job->bias + c, lanes) : (vec){0}; }

static void some_rows(void *given, long number, int thread) {
    const Job *job = given;
    long channels = job->channels, tasks = over(job->points, job->rows), image = number / tasks;
    long first = number % tasks * job->rows, end = min(job->points, first + job->rows);
    const REAL *x = job->x + image * job->points * channels, *scale = job->scale + image * channels;
    REAL *y = job->y + image * job->points * channels;
    for (long from = first; from < end; from += ROWS)
        for (long c = 0; c < channels; c += V) {
            long lanes = min(V, channels - c);
            vec s = take(scale + c, lanes), b = bias_of(job, c, lanes);
            for (long i = from; i < min(end, from + ROWS); i++) {
                vec v = take(x + i * channels + c, lanes) * s + b;
                put(y + i * channels + c, activated(v, job->slope), lanes);
            }
        }
}

// y = activation(x * scale + bias): x, y (n, points, channels), scale (n, channels), bias (channels) or NULL
void scale(const REAL *x, long n, long points, long channels, const REAL *scale, const REAL *bias, REAL slope, REAL *y) {
    HOLD_POOL;
    long rows = max(1, VALUES_A_TASK / channels);
    Job job = {.x = x, .scale = scale, .bias = bias, .n = n, .points = points, .channels = channels, .rows = rows,
               .slope = slope, .y = y};
    parallel(some_rows, &job, n * over(points, rows));
}

static void one_image(void *given, long image, int thread) {
    const Job *job = given;
    long channels = job->channels, at = image * job->points * channels;
    REAL *gscale = job->gscale + image * channels, *gbias = job->gbias + image * channels;
    memset(gscale, 0, channels * sizeof(REAL));
    memset(gbias, 0, channels * sizeof(REAL));
    for (long from = 0; from < job->points; from += ROWS)
        for (long c = 0; c < channels; c += V) {
            long lanes = min(V, channels - c);
            vec s = take(job->scale + image * channels + c, lanes), b = bias_of(job, c, lanes);
            vec along_scale = {0}, along_bias = {0};
            for (long i = from; i < min(job->points, from + ROWS); i++) {
                long place = at + i * channels + c;
                vec x = take(job->x + place, lanes), g = take(job->gy + place, lanes);
                if (job->slope != 1) g = where(x * s + b > 0, g, g * job->slope);
                along_scale += g * x;
                along_bias += g;
                put(job->y + place, g * s, lanes);
            }
            put(gscale + c, take(gscale + c, lanes) + along_scale, lanes);
            put(gbias + c, take(gbias + c, lanes) + along_bias, lanes);
        }
}

// The gradients from gy by x, scale and, for each image, bias. No sigmoid.
void scale_back(const REAL *x, const REAL *gy, long n, long points, long channels, const REAL *scale, const REAL *bias,
                REAL slope, REAL *gx, REAL *gscale, REAL *gbias) {
    HOLD_POOL;
    Job job = {x, gy, scale, bias, n, points, channels, points, slope, gx, gscale, gbias};
    parallel(one_image, &job, n);
}

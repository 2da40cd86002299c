// Images of twice and of half the height and width: values four times, or sums of four, times a factor.
#include "pool.h"
#include "real.h"

typedef struct {
    const REAL *from;
    long height, width, channels;  // of the larger image
    REAL factor, *to;
} Job;

static void one_doubled(void *given, long image, int thread) {
    const Job *job = given;
    long height = job->height, width = job->width, channels = job->channels, line = width / 2 * channels;
    const REAL *x = job->from + image * (height / 2) * line;
    REAL *y = job->to + image * height * width * channels;
    for (long row = 0; row < height; row++, y += width * channels) {
        memset(y, 0, width * channels * sizeof(REAL));
        if (row / 2 == height / 2) continue;
        for (long column = 0; column < width / 2; column++)
            for (long c = 0; c < channels; c += V) {
                long lanes = min(V, channels - c);
                vec v = take(x + row / 2 * line + column * channels + c, lanes) * job->factor;
                put(y + 2 * column * channels + c, v, lanes);
                put(y + (2 * column + 1) * channels + c, v, lanes);
            }
    }
}

static void one_halved(void *given, long image, int thread) {
    const Job *job = given;
    long height = job->height, width = job->width, channels = job->channels, line = width * channels;
    const REAL *x = job->from + image * height * line;
    REAL *y = job->to + image * (height / 2) * (width / 2) * channels;
    for (long row = 0; row < height / 2; row++)
        for (long column = 0; column < width / 2; column++, y += channels)
            for (long c = 0; c < channels; c += V) {
                long lanes = min(V, channels - c);
                const REAL *corner = x + 2 * row * line + 2 * column * channels + c;
                vec upper = take(corner, lanes) + take(corner + channels, lanes);
                vec lower = take(corner + line, lanes) + take(corner + line + channels, lanes);
                put(y + c, (upper + lower) * job->factor, lanes);
            }
}

// x (n, height / 2, width / 2, channels) to y (n, height, width, channels); what is left of odd sizes becomes 0
void doubled(const REAL *x, long n, long height, long width, long channels, REAL factor, REAL *y) {
    HOLD_POOL;
    Job job = {x, height, width, channels, factor, y};
    parallel(one_doubled, &job, n);
}

// and back: y (n, height, width, channels) to x
void halved(const REAL *y, long n, long height, long width, long channels, REAL factor, REAL *x) {
    HOLD_POOL;
    Job job = {y, height, width, channels, factor, x};
    parallel(one_halved, &job, n);
}

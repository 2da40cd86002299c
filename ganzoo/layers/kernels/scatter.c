// A convolution's gradient for its images, which is a deconvolution: from maps to images.
#include "weights.h"

enum { WORK_A_TASK = 1 << 19, TILE = 1 << 14 };  // multiply-adds; REALs that wait to be added, 64 kB

typedef struct {
    const Shape *s;
    const REAL *y;
    Packed w;
    const REAL *bias;  // (ic,)
    REAL slope, *x;
    long images;  // of a task
} Job;

static void add(REAL *to, const REAL *values, long n) {
    long i = 0;
    for (; i + V <= n; i += V) store(to + i, load(to + i) + load(values + i));
    for (; i < n; i++) to[i] += values[i];
}

// Add the window of the map's point `number` to its image.
static void add_window(const Shape *s, REAL *x, long number, const REAL *window) {
    long image = number / (s->oh * s->ow), oy = number / s->ow % s->oh, ox = number % s->ow;
    long iy = oy * s->sy - s->py, ix = ox * s->sx - s->px, from = max(0, -ix), to = min(s->kw, s->iw - ix);
    if (from >= to) return;
    for (long ky = max(0, -iy); ky < min(s->kh, s->ih - iy); ky++) {
        REAL *line = x + ((image * s->ih + iy + ky) * s->iw + ix + from) * s->ic;
        add(line, window + (ky * s->kw + from) * s->ic, (to - from) * s->ic);
    }
}

static void begin(const Shape *s, const REAL *bias, REAL *x, long points) {
    for (long i = 0; i < points; i++) memcpy(x + i * s->ic, bias, s->ic * sizeof(REAL));
}

static void activate(REAL *x, long n, REAL slope) {
    long i = 0;
    for (; i + V <= n; i += V) store(x + i, activated(load(x + i), slope));
    if (i < n) store_part(x + i, activated(load_part(x + i, n - i), slope), n - i);
}

static void some_images(void *given, long number, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    long first = number * job->images, images = min(job->images, s->n - first), size = s->ih * s->iw * s->ic;
    long points = images * s->oh * s->ow, wide = over(job->w.columns, V) * V;
    long tile = max(HIGHEST, TILE / wide);
    REAL *x = job->x + first * size, *windows = scratch(thread, 0, tile * wide * sizeof(REAL));
    const REAL *y = job->y + first * s->oh * s->ow * s->oc;
    Row row = {1, s->oc, 0};
    vec sums[HIGHEST * MOST_VECTORS];
    if (job->bias) begin(s, job->bias, x, images * s->ih * s->iw);
    else memset(x, 0, images * size * sizeof(REAL));
    for (long from = 0; from < points; from += tile) {
        long here = min(tile, points - from);
        for (long p = 0; p < n_panels(&job->w); p++) {
            long vectors = over(panel_width(&job->w, p), V), most = MOST_ROWS(vectors);
            long block = over(here, over(here, most));
            for (long i = 0; i < here; i += block) {
                long rows = min(block, here - i);
                PRODUCTS[vectors][rows](y + (from + i) * s->oc, s->oc, row, panel(&job->w, p), sums);
                for (long r = 0; r < rows; r++)
                    memcpy(windows + (i + r) * wide + p * PANEL, sums + r * vectors, vectors * sizeof(vec));
            }
        }
        for (long i = 0; i < here; i++) add_window(s, x, from + i, windows + i * wide);
    }
    if (job->slope != 1) activate(x, images * size, job->slope);
}

void scatter(const Shape *s, const REAL *y, const REAL *w, const Strides *at, const REAL *bias, REAL slope, REAL *x) {
    long work = s->oh * s->ow * s->oc * s->kh * s->kw * s->ic;
    long images = max(over(HIGHEST, s->oh * s->ow), over(WORK_A_TASK, work));
    Job job = {s, y, pack_points(s, w, at), bias, slope, x, min(images, over(s->n, 2))};
    parallel(some_images, &job, over(s->n, job.images));
}

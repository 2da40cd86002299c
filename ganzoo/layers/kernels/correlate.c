// A convolution: from images to maps.
#include "weights.h"

enum { WORK_A_TASK = 1 << 19, FEWEST_TASKS = 4, SLOT = 1 };  // multiply-adds: some 10 microseconds

typedef struct {
    const Shape *s;
    const REAL *x;
    Packed w;
    const REAL *bias;  // (oc,), or (n, oc) where bias_step is oc; NULL for none
    long bias_step;
    REAL slope, *y;
    long images;  // of a task
} Job;

// Add a bias and store: `sums` has `rows` rows for `width` channels.
INLINE void finish(const vec *sums, long rows, long width, const REAL *bias, long bias_step, REAL slope, REAL *y,
                   long y_step) {
    long vectors = over(width, V), rest = width - (vectors - 1) * V;
    vec b[MOST_VECTORS] = {0};
    for (long i = 0; i < rows; i++, y += y_step) {
        if (bias && (i == 0 || bias_step)) {
            const REAL *row = bias + i * bias_step;
            for (long j = 0; j < vectors - 1; j++) b[j] = load(row + j * V);
            b[vectors - 1] = load_part(row + (vectors - 1) * V, rest);
        }
        for (long j = 0; j < vectors; j++) {
            vec v = *sums++ + b[j];
            if (slope != 1) v = activated(v, slope);
            if (j < vectors - 1 || rest == V) store(y + j * V, v);
            else store_part(y + j * V, v, rest);
        }
    }
}

static void some_images(void *given, long number, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    long first = number * job->images, images = min(job->images, s->n - first);
    Windows from = needs_border(s)
        ? bordered(s, job->x, first, images, scratch(thread, 0, bordered_size(s, images) * sizeof(REAL)))
        : in_place(s, job->x, first);
    Row row = {s->kh, s->kw * s->ic, from.line};
    int flat = s->oh * s->ow == 1;  // a point each: the images' points are a line
    long lines = flat ? 1 : images * s->oh, points = flat ? images : s->ow;
    long point = flat ? from.image : s->sx * s->ic;
    vec sums[HIGHEST * MOST_VECTORS];
    for (long p = 0; p < n_panels(&job->w); p++) {
        long width = panel_width(&job->w, p), vectors = over(width, V), most = MOST_ROWS(vectors);
        long size = over(points, over(points, most));
        const REAL *b = panel(&job->w, p);
        for (long line = 0; line < lines; line++) {
            const REAL *a = from.at + (flat ? 0 : line / s->oh * from.image + line % s->oh * s->sy * from.line);
            for (long x = 0; x < points; x += size) {
                long rows = min(size, points - x), image = first + (flat ? x : line / s->oh);
                PRODUCTS[vectors][rows](a + x * point, point, row, b, sums);
                REAL *y = job->y + ((first * s->oh + line) * s->ow + x) * s->oc + p * PANEL;
                const REAL *bias = job->bias ? job->bias + image * job->bias_step + p * PANEL : NULL;
                finish(sums, rows, width, bias, flat ? job->bias_step : 0, job->slope, y, s->oc);
            }
        }
    }
}

// How many neighbours on a line share a vector: few channels would leave most of it empty. They also share the longer row
// that their windows cover together, of which each ignores a part.
static long neighbours(const Shape *s) {
    long best = 1, cost = s->kw;  // of a point, times best
    for (long n = 2; n * s->oc <= V && n <= s->ow; n++) {
        long with = s->kw + (n - 1) * s->sx;
        if (s->ow % n == 0 && with * best < cost * n) {
            best = n;
            cost = with;
        }
    }
    return best;
}

// bias (oc,) or (rows, oc) `n` times side by side
static const REAL *repeated(const REAL *bias, long rows, long channels, long n) {
    if (!bias) return NULL;
    REAL *row = scratch(0, SLOT, rows * n * channels * sizeof(REAL));
    for (long i = 0; i < rows * n; i++) memcpy(row + i * channels, bias + i / n * channels, channels * sizeof(REAL));
    return row;
}

void correlate(const Shape *given, const REAL *x, const REAL *w, const Strides *at, const REAL *bias, long bias_step,
               REAL slope, REAL *y) {
    if (is_dense(given) && given->oc <= 2 * PANEL) {  // with more outputs, the sums in parts would be as large as the weights
        correlate_dense(given, x, w, at, bias, bias_step, slope, y);
        return;
    }
    HOLD_POOL;
    Shape shape = *given, *s = &shape;
    long n = neighbours(s), work = s->oh * s->ow * s->oc * s->kh * s->kw * s->ic;
    Packed packed = n > 1 ? pack_neighbours(s, w, at, n) : pack_windows(s, w, at);
    if (n > 1) {
        bias = repeated(bias, bias_step ? s->n : 1, s->oc, n);
        bias_step *= n;
        s->kw += (n - 1) * s->sx;
        s->sx *= n;
        s->ow /= n;
        s->oc *= n;
    }
    long images = s->oh * s->ow == 1 ? s->n : over(WORK_A_TASK, work);  // an image of one point is one row of a block
    Job job = {s, x, packed, bias, bias_step, slope, y, min(images, over(s->n, FEWEST_TASKS))};
    parallel(some_images, &job, over(s->n, job.images));
}

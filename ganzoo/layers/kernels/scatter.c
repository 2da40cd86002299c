// A convolution's gradient for its images, which is a deconvolution: from maps to images.
#include "weights.h"

// multiply-adds: some 10 microseconds; REALs that wait for their place: 64 kB
enum { WORK_A_TASK = 1 << 19, FEWEST_TASKS = 4, TILE = 1 << 14, SLOT = 1 };

typedef struct {
    const Shape *s;
    const REAL *y;
    Packed w;
    const REAL *bias;  // (kh * kw * ic,), for a whole window; NULL for none
    REAL slope, *x;
    long images;  // of a task
    int apart;    // no point of an image lies in two windows: they are finished before they get there
} Job;

INLINE void add(REAL *to, const REAL *values, long n) {
    long i = 0;
    for (; i + V <= n; i += V) store(to + i, load(to + i) + load(values + i));
    for (; i + 4 <= n; i += 4) *(quad *)(to + i) += *(const quad *)(values + i);
    for (; i < n; i++) to[i] += values[i];
}

// A point of the maps, counted on in the order in which they lie.
typedef struct { long image, y, x; } Point;

INLINE void advance(Point *p, const Shape *s) {
    if (++p->x < s->ow) return;
    p->x = 0;
    if (++p->y < s->oh) return;
    p->y = 0;
    p->image++;
}

// Add the window of a point to its image, or put it there.
INLINE void place(const Shape *s, REAL *x, Point p, const REAL *window, int apart) {
    long iy = p.y * s->sy - s->py, ix = p.x * s->sx - s->px, from = max(0, -ix), to = min(s->kw, s->iw - ix);
    if (from >= to) return;
    for (long ky = max(0, -iy); ky < min(s->kh, s->ih - iy); ky++) {
        REAL *line = x + ((p.image * s->ih + iy + ky) * s->iw + ix + from) * s->ic;
        const REAL *values = window + (ky * s->kw + from) * s->ic;
        long n = (to - from) * s->ic, whole = n / V * V;
        if (!apart) {
            add(line, values, n);
            continue;
        }
        for (long i = 0; i < whole; i += V) store(line + i, load(values + i));
        copy_part(line + whole, values + whole, n - whole);
    }
}

static void activate(REAL *x, long n, REAL slope) {
    long i = 0;
    for (; i + V <= n; i += V) store(x + i, activated(load(x + i), slope));
    if (i < n) store_part(x + i, activated(load_part(x + i, n - i), slope), n - i);
}

// What is in no window: the bias, or nothing.
static void begin(const Job *job, REAL *x, long points) {
    const Shape *s = job->s;
    if (!job->bias) memset(x, 0, points * s->ic * sizeof(REAL));
    else for (long i = 0; i < points; i++) memcpy(x + i * s->ic, job->bias, s->ic * sizeof(REAL));
    if (job->apart && job->slope != 1) activate(x, points * s->ic, job->slope);
}

static void some_images(void *given, long number, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    long first = number * job->images, images = min(job->images, s->n - first), size = s->ih * s->iw * s->ic;
    long points = images * s->oh * s->ow, wide = over(job->w.columns, V) * V;
    long tile = max(HIGHEST, TILE / wide);
    REAL *x = job->x + first * size, *windows = scratch(thread, 0, tile * wide * sizeof(REAL));
    const REAL *y = job->y + first * s->oh * s->ow * s->oc;
    int all_covered = s->kh == s->sy && s->kw == s->sx && s->kh * s->oh == s->ih && s->kw * s->ow == s->iw;
    Row row = {1, s->oc, 0};
    vec sums[HIGHEST * MOST_VECTORS];
    Point point = {0, 0, 0};
    if (!job->apart || !all_covered || s->py || s->px) begin(job, x, images * s->ih * s->iw);
    for (long from = 0; from < points; from += tile) {
        long here = min(tile, points - from);
        for (long p = 0; p < n_panels(&job->w); p++) {
            long vectors = over(panel_width(&job->w, p), V), most = MOST_ROWS(vectors);
            long block = over(here, over(here, most));
            for (long i = 0; i < here; i += block) {
                long rows = min(block, here - i);
                PRODUCTS[vectors][rows](y + (from + i) * s->oc, s->oc, row, panel(&job->w, p), sums);
                for (long r = 0; r < rows; r++)
                    for (long j = 0; j < vectors; j++) {
                        vec v = sums[r * vectors + j];
                        long column = p * PANEL + j * V;
                        if (job->apart && job->bias) v += load(job->bias + column);
                        if (job->apart && job->slope != 1) v = activated(v, job->slope);
                        store(windows + (i + r) * wide + column, v);
                    }
            }
        }
        for (long i = 0; i < here; i++, advance(&point, s)) place(s, x, point, windows + i * wide, job->apart);
    }
    if (!job->apart && job->slope != 1) activate(x, images * size, job->slope);
}

// A bias (ic,) for each point of a window; its last vector may be read whole.
static const REAL *for_window(const Shape *s, const REAL *bias) {
    if (!bias) return NULL;
    long n = s->kh * s->kw;
    REAL *row = scratch(0, SLOT, (n * s->ic + V) * sizeof(REAL));
    for (long i = 0; i < n; i++) memcpy(row + i * s->ic, bias, s->ic * sizeof(REAL));
    return row;
}

// Where windows begin at every point, what they add up to is a convolution of the map by the weights turned round.
static int turned(const Shape *s, const REAL **w, const Strides *at, Shape *shape, Strides *strides) {
    *shape = (Shape){s->n, s->oh, s->ow, s->oc, s->ih, s->iw, s->ic, s->kh, s->kw, 1, 1,
                     s->kh - 1 - s->py, s->kw - 1 - s->px};
    if (s->sy != 1 || s->sx != 1 || shape->py < 0 || shape->px < 0) return 0;
    // vectors of products either way; those that are added cost as many as ADDED more
    enum { ADDED = 12 };
    long as_convolution = s->ih * s->iw * s->kh * s->kw * s->oc * over(s->ic, V);
    if (s->ic <= V / 2) as_convolution = as_convolution * 2 / 3;  // neighbours share vectors
    if (as_convolution > s->oh * s->ow * (s->oc + ADDED) * over(s->kh * s->kw * s->ic, V)) return 0;
    *strides = (Strides){at->i, at->o, -at->y, -at->x};
    *w += (s->kh - 1) * at->y + (s->kw - 1) * at->x;
    return 1;
}

void scatter(const Shape *s, const REAL *y, const REAL *w, const Strides *at, const REAL *bias, REAL slope, REAL *x) {
    if (is_dense(s) && !bias && slope == 1) {
        scatter_dense(s, y, w, at, x);
        return;
    }
    Shape shape;
    Strides strides;
    if (turned(s, &w, at, &shape, &strides)) {
        correlate(&shape, y, w, &strides, bias, 0, slope, x);
        return;
    }
    HOLD_POOL;
    long work = s->oh * s->ow * s->oc * s->kh * s->kw * s->ic;
    long images = s->oh * s->ow == 1 ? s->n : max(over(HIGHEST, s->oh * s->ow), over(WORK_A_TASK, work));
    int apart = (s->kh <= s->sy || s->oh == 1) && (s->kw <= s->sx || s->ow == 1);
    Job job = {s, y, pack_points(s, w, at), for_window(s, bias), slope, x, min(images, over(s->n, FEWEST_TASKS)), apart};
    parallel(some_images, &job, over(s->n, job.images));
}

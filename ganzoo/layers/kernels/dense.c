// Images that are one window each: a dense layer, perhaps of images as convolutions leave them. Weights are most of what is
// read, so tasks share these out and not the images: each packs its part for itself and takes all images through it.
#include "weights.h"

// Parts of the window with sums of their own; rows packed at a time; rows read at a time: rows of large images are often a
// multiple of 4 kB apart, and of such the nearest cache has few places.
enum { CHUNKS = 8, ROWS = 64, WAYS = 8, SLOT = 2 };

typedef struct {
    const Shape *s;
    const REAL *from, *w, *bias;
    const Strides *at;
    const long *window_at;  // of each value of a window in the weights
    long window, wide, bias_step;
    REAL slope, *sums, *to;
} Job;

int is_dense(const Shape *s) {
    int whole = s->oh * s->ow == 1 && s->kh == s->ih && s->kw == s->iw && !s->py && !s->px;
    return whole && s->n >= HIGHEST && s->kh * s->kw * s->ic >= CHUNKS * PANEL;
}

static const long *places(const Shape *s, const Strides *at, long *place) {
    const long *begin = place;
    for (long y = 0; y < s->kh; y++)
        for (long x = 0; x < s->kw; x++)
            for (long i = 0; i < s->ic; i++) *place++ = y * at->y + x * at->x + i * at->i;
    return begin;
}

// Where a part of the window begins.
INLINE long part(const Job *job, long chunk) { return min(job->window, over(over(job->window, V), CHUNKS) * V * chunk); }

// The sums over a part of the window, of all images and outputs.
static void one_chunk(void *given, long chunk, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    long first = part(job, chunk), n = part(job, chunk + 1) - first;
    REAL *b = scratch(thread, 0, n * PANEL * sizeof(REAL));
    vec sums[HIGHEST * MOST_VECTORS];
    for (long from = 0; from < s->oc; from += PANEL) {
        long width = min(PANEL, s->oc - from), vectors = over(width, V), size = over(s->n, over(s->n, min(MOST_ROWS(vectors), WAYS)));
        if (width % V) memset(b, 0, n * vectors * V * sizeof(REAL));
        for (long k = 0; k < n; k += ROWS)
            for (long j = 0; j < width; j++)
                for (long r = k; r < min(n, k + ROWS); r++)
                    b[r * vectors * V + j] = job->w[(from + j) * job->at->o + job->window_at[first + r]];
        for (long i = 0; i < s->n; i += size) {
            long rows = min(size, s->n - i);
            PRODUCTS[vectors][rows](job->from + i * job->window + first, job->window, (Row){1, n, 0}, b, sums);
            for (long r = 0; r < rows; r++)
                memcpy(job->sums + (chunk * s->n + i + r) * job->wide + from, sums + r * vectors, vectors * sizeof(vec));
        }
    }
}

static void one_image(void *given, long i, int thread) {
    const Job *job = given;
    for (long c = 0; c < job->s->oc; c += V) {
        long lanes = min(V, job->s->oc - c);
        const REAL *sums = job->sums + i * job->wide + c;
        vec v = job->bias ? load_part(job->bias + i * job->bias_step + c, lanes) : (vec){0};
        for (long chunk = 0; chunk < CHUNKS; chunk++) v += load(sums + chunk * job->s->n * job->wide);
        store_part(job->to + i * job->s->oc + c, activated(v, job->slope), lanes);
    }
}

// As `correlate`, with the sums taken in parts.
void correlate_dense(const Shape *s, const REAL *x, const REAL *w, const Strides *at, const REAL *bias, long bias_step,
                     REAL slope, REAL *y) {
    HOLD_POOL;
    long window = s->kh * s->kw * s->ic, wide = over(s->oc, V) * V;
    REAL *sums = scratch(0, SLOT, CHUNKS * s->n * wide * sizeof(REAL) + window * sizeof(long));
    const long *window_at = places(s, at, (long *)(sums + CHUNKS * s->n * wide));
    Job job = {s, x, w, bias, at, window_at, window, wide, bias_step, slope, sums, y};
    parallel(one_chunk, &job, CHUNKS);
    parallel(one_image, &job, s->n);
}

// A part of the windows, of all images; some images at a time, so that what is written is long runs.
static void one_part(void *given, long chunk, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    long first = part(job, chunk), n = part(job, chunk + 1) - first, size = MOST_ROWS(MOST_VECTORS);
    REAL *b = scratch(thread, 0, s->oc * over(n, V) * V * sizeof(REAL));
    vec sums[HIGHEST * MOST_VECTORS];
    for (long from = 0; from < n; from += PANEL) {
        long width = min(PANEL, n - from), wide = over(width, V) * V;
        for (long o = 0; o < s->oc; o++) {
            REAL *row = b + from * s->oc + o * wide;
            for (long j = 0; j < width; j++) row[j] = job->w[o * job->at->o + job->window_at[first + from + j]];
            for (long j = width; j < wide; j++) row[j] = 0;
        }
    }
    for (long i = 0; i < s->n; i += size)
        for (long from = 0; from < n; from += PANEL) {
            long width = min(PANEL, n - from), vectors = over(width, V), rows = min(size, s->n - i);
            PRODUCTS[vectors][rows](job->from + i * s->oc, s->oc, (Row){1, s->oc, 0}, b + from * s->oc, sums);
            for (long r = 0; r < rows; r++) {
                REAL *to = job->to + (i + r) * job->window + first + from;
                for (long j = 0; j < width; j += V)
                    if (j + V <= width) store(to + j, sums[r * vectors + j / V]);
                    else store_part(to + j, sums[r * vectors + j / V], width - j);
            }
        }
}

// As `scatter`, without bias and activation.
void scatter_dense(const Shape *s, const REAL *y, const REAL *w, const Strides *at, REAL *x) {
    HOLD_POOL;
    long window = s->kh * s->kw * s->ic;
    const long *window_at = places(s, at, scratch(0, SLOT, window * sizeof(long)));
    Job job = {.s = s, .from = y, .w = w, .at = at, .window_at = window_at, .window = window, .to = x};
    parallel(one_part, &job, CHUNKS);
}

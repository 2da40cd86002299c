// A convolution's gradient for its weights: from images and maps to weights.
#include "weights.h"

enum { SLOT = 2, MOST_CHUNKS = 8, MOST_PARTIALS = 1 << 18, GROUP = 1 << 16 };  // sums in all; REALs read at a time

// Sums over `images` from `first` on: rows from the map and columns from a line of the window, or the other way round.
typedef struct {
    const Shape *s;
    const REAL *x, *y;
    int rows_of_map;
    long rows, columns, wide;  // of the sums for one line of the window; a row takes `wide` REALs
    long chunks, splits;       // parts of the images with sums of their own; parts of the rows
    REAL *sums;                // (chunks, kh, rows, wide)
    const Strides *at;
    REAL *gw;
} Job;

static void add_group(const Job *job, Windows x, const REAL *y, long images, long from, long to, REAL *sums) {
    const Shape *s = job->s;
    long map_image = s->oh * s->ow * s->oc;
    Points map_first = {images, s->oh, s->ow, map_image, s->ow * s->oc, s->oc,
                        x.image, s->sy * x.line, s->sx * s->ic};
    if (s->oh * s->ow == 1) map_first = (Points){1, 1, images, 0, 0, map_image, 0, 0, x.image};
    Points window_first = {map_first.images, map_first.lines, map_first.points,
                           map_first.b_image, map_first.b_line, map_first.b_point,
                           map_first.a_image, map_first.a_line, map_first.a_point};
    for (long ky = 0; ky < s->kh; ky++) {
        const REAL *window = x.at + ky * x.line;
        for (long j = 0; j < job->columns; j += PANEL) {
            long vectors = over(min(PANEL, job->columns - j), V), most = MOST_ROWS(vectors);
            long block = over(to - from, over(to - from, most));
            for (long i = from; i < to; i += block) {
                REAL *here = sums + (ky * job->rows + i) * job->wide + j;
                outer_of_size *add = OUTERS[vectors][min(block, to - i)];
                if (job->rows_of_map) add(y + i, window + j, map_first, here, job->wide);
                else add(window + i, y + j, window_first, here, job->wide);
            }
        }
    }
}

static void some_sums(void *given, long number, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    long chunk = number / job->splits, split = number % job->splits;
    long first = chunk * s->n / job->chunks, end = (chunk + 1) * s->n / job->chunks;
    long from = split * job->rows / job->splits, to = (split + 1) * job->rows / job->splits;
    REAL *sums = job->sums + chunk * s->kh * job->rows * job->wide;
    for (long ky = 0; ky < s->kh; ky++)
        memset(sums + (ky * job->rows + from) * job->wide, 0, (to - from) * job->wide * sizeof(REAL));
    long map = s->oh * s->ow * s->oc, group = max(1, GROUP / (s->ih * s->iw * s->ic + map));
    // a row's last vector may reach past its end, and past the array's: the last image is read from a copy
    long careful = job->columns % V ? s->n - 1 : s->n;
    while (first < end) {
        int last = first >= careful;
        long images = last ? 1 : min(group, min(end, careful) - first);
        Windows x = needs_border(s) || last
            ? bordered(s, job->x, first, images, scratch(thread, 0, bordered_size(s, images) * sizeof(REAL)))
            : in_place(s, job->x, first);
        const REAL *y = job->y + first * map;
        if (last) y = memcpy(scratch(thread, 1, (map + V) * sizeof(REAL)), y, map * sizeof(REAL));
        add_group(job, x, y, images, from, to, sums);
        first += images;
    }
}

// Add the chunks up, in their order, into row `number` of the weights: (oc,) or (kh * kw * ic,).
static void total(void *given, long number, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    const Strides *at = job->at;
    long chunk = s->kh * job->rows * job->wide, lines = job->rows_of_map ? s->kh : 1;
    for (long line = 0; line < lines; line++) {
        REAL *sum = job->sums + (job->rows_of_map ? line * job->rows + number : number) * job->wide;
        for (long c = 1; c < job->chunks; c++)
            for (long j = 0; j < job->wide; j += V) store(sum + j, load(sum + j) + load(sum + c * chunk + j));
        if (job->rows_of_map) {
            REAL *to = job->gw + number * at->o + line * at->y;
            for (long kx = 0; kx < s->kw; kx++)
                for (long i = 0; i < s->ic; i++) to[kx * at->x + i * at->i] = sum[kx * s->ic + i];
        } else {
            long ky = number / job->rows, kx = number % job->rows / s->ic, i = number % s->ic;
            REAL *to = job->gw + ky * at->y + kx * at->x + i * at->i;
            for (long o = 0; o < s->oc; o++) to[o * at->o] = sum[o];
        }
    }
}

void weigh(const Shape *s, const REAL *x, const REAL *y, const Strides *at, REAL *gw) {
    long run = s->kw * s->ic;
    int rows_of_map = s->oc * over(run, V) <= run * over(s->oc, V);
    long rows = rows_of_map ? s->oc : run, columns = rows_of_map ? run : s->oc, wide = over(columns, V) * V;
    long size = s->kh * rows * wide, chunks = MOST_CHUNKS;
    while (chunks > 1 && (chunks > s->n || chunks * size > MOST_PARTIALS)) chunks /= 2;
    long splits = min(MOST_CHUNKS / chunks, over(rows, HIGHEST));
    REAL *sums = scratch(0, SLOT, chunks * size * sizeof(REAL));
    Job job = {s, x, y, rows_of_map, rows, columns, wide, chunks, splits, sums, at, gw};
    parallel(some_sums, &job, chunks * splits);
    parallel(total, &job, rows_of_map ? s->oc : s->kh * run);
}

// A convolution's gradient for its weights: from images and maps to weights.
#include "weights.h"

enum { SLOT = 2, MOST_CHUNKS = 8, MOST_PARTIALS = 1 << 18, GROUP = 1 << 16 };  // sums in all; REALs read at a time

// Sums over `images` from `first` on: rows from the map and columns from a line of the window, or the other way round.
typedef struct {
    const Shape *s;
    const REAL *x, *y;
    int rows_of_map;
    long rows, columns, wide;  // of the sums for one line of the window; a row takes `wide` REALs
    long chunks, splits;       // parts of the images with sums of their own; parts of the rows, or of the window's lines
    int split_lines;
    REAL *sums;                // (chunks, kh, rows, wide)
    const Strides *at;
    REAL *gw;
} Job;

// Of the sums: lines of the window, and rows.
typedef struct { long line, end_line, row, end_row; } Part;

static void add_group(const Job *job, Windows x, const REAL *y, long images, Part part, REAL *sums) {
    const Shape *s = job->s;
    long map_image = s->oh * s->ow * s->oc;
    Points map_first = {images, s->oh, s->ow, map_image, s->ow * s->oc, s->oc,
                        x.image, s->sy * x.line, s->sx * s->ic};
    if (s->oh * s->ow == 1) map_first = (Points){1, 1, images, 0, 0, map_image, 0, 0, x.image};
    Points window_first = {map_first.images, map_first.lines, map_first.points,
                           map_first.b_image, map_first.b_line, map_first.b_point,
                           map_first.a_image, map_first.a_line, map_first.a_point};
    long from = part.row, to = part.end_row;
    for (long ky = part.line; ky < part.end_line; ky++) {
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
    long all = job->split_lines ? s->kh : job->rows, from = split * all / job->splits, to = (split + 1) * all / job->splits;
    Part part = job->split_lines ? (Part){from, to, 0, job->rows} : (Part){0, s->kh, from, to};
    REAL *sums = job->sums + chunk * s->kh * job->rows * job->wide;
    for (long ky = part.line; ky < part.end_line; ky++) {
        REAL *begin = sums + (ky * job->rows + part.row) * job->wide;
        memset(begin, 0, (part.end_row - part.row) * job->wide * sizeof(REAL));
    }
    long map = s->oh * s->ow * s->oc;
    long group = s->oh * s->ow == 1 ? s->n : max(1, GROUP / (s->ih * s->iw * s->ic + map));  // a point is little to add
    // a row's last vector may reach past its end, and past the array's: the images there are read from a copy
    long smaller = min(s->ih * s->iw * s->ic, map);
    long careful = job->columns % V ? max(0, s->n - over(V, smaller)) : s->n;
    while (first < end) {
        int last = first >= careful;
        long images = last ? 1 : min(group, min(end, careful) - first);
        Windows x = needs_border(s) || last
            ? bordered(s, job->x, first, images, scratch(thread, 0, bordered_size(s, images) * sizeof(REAL)))
            : in_place(s, job->x, first);
        const REAL *y = job->y + first * map;
        if (last) y = memcpy(scratch(thread, 1, (map + V) * sizeof(REAL)), y, map * sizeof(REAL));
        add_group(job, x, y, images, part, sums);
        first += images;
    }
}

// Add the chunks up, in their order.
INLINE vec total(const Job *job, long line, long row, long column) {
    const REAL *sum = job->sums + (line * job->rows + row) * job->wide + column;
    vec v = load(sum);
    for (long c = 1; c < job->chunks; c++) v += load(sum + c * job->s->kh * job->rows * job->wide);
    return v;
}

// The weights of one output, from one row of sums for each line of the window.
static void one_output(void *given, long o, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    const Strides *at = job->at;
    for (long ky = 0; ky < s->kh; ky++)
        for (long column = 0; column < job->columns; column += V) {
            vec v = total(job, ky, o, column);
            long kx = column / s->ic, i = column % s->ic;
            for (long lane = 0; lane < min(V, job->columns - column); lane++) {
                job->gw[o * at->o + ky * at->y + kx * at->x + i * at->i] = v[lane];
                if (++i == s->ic) i = 0, kx++;
            }
        }
}

// The weights of as many outputs as a vector has lanes, so that no two threads write to one place in the cache.
static void some_outputs(void *given, long number, int thread) {
    const Job *job = given;
    const Shape *s = job->s;
    const Strides *at = job->at;
    long first = number * V, outputs = min(V, s->oc - first);
    for (long ky = 0; ky < s->kh; ky++)
        for (long row = 0; row < job->rows; row++) {
            vec v = total(job, ky, row, first);
            REAL *to = job->gw + first * at->o + ky * at->y + row / s->ic * at->x + row % s->ic * at->i;
            for (long o = 0; o < outputs; o++) to[o * at->o] = v[o];
        }
}

void weigh(const Shape *s, const REAL *x, const REAL *y, const Strides *at, REAL *gw) {
    HOLD_POOL;
    long run = s->kw * s->ic;
    int rows_of_map = s->oc * over(run, V) <= run * over(s->oc, V);
    long rows = rows_of_map ? s->oc : run, columns = rows_of_map ? run : s->oc, wide = over(columns, V) * V;
    long size = s->kh * rows * wide, chunks = MOST_CHUNKS;
    while (chunks > 1 && (chunks > s->n || chunks * size > MOST_PARTIALS)) chunks /= 2;
    int split_lines = s->kh >= MOST_CHUNKS;  // a large window: each part then reads its own lines of the images
    long splits = split_lines ? MOST_CHUNKS / chunks : min(MOST_CHUNKS / chunks, over(rows, MOST_ROWS(MOST_VECTORS)));
    REAL *sums = scratch(0, SLOT, chunks * size * sizeof(REAL));
    Job job = {s, x, y, rows_of_map, rows, columns, wide, chunks, splits, split_lines, sums, at, gw};
    parallel(some_sums, &job, chunks * splits);
    if (rows_of_map) parallel(one_output, &job, s->oc);
    else parallel(some_outputs, &job, over(s->oc, V));
}

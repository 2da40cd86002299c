#include "weights.h"

enum { SLOT = 2, ROWS_A_TASK = 64 };

typedef struct { const REAL *w; const long *row_at, *column_at; long rows, columns; REAL *panels; int by_windows; } Packing;

static void pack_rows(void *job, long number, int thread) {
    const Packing *p = job;
    long blocks = over(p->rows, ROWS_A_TASK), first = number % blocks * ROWS_A_TASK, from = number / blocks * PANEL;
    long width = min(PANEL, p->columns - from), wide = over(width, V) * V;
    long rows = min(ROWS_A_TASK, p->rows - first);
    const long *column_at = p->column_at + from, *row_at = p->row_at + first;
    REAL *to = p->panels + from * p->rows + first * wide;
    if (p->by_windows) {  // what belongs to one output lies together
        for (long j = 0; j < width; j++)
            for (long k = 0; k < rows; k++) to[k * wide + j] = p->w[row_at[k] + column_at[j]];
    } else
        for (long k = 0; k < rows; k++)
            for (long j = 0; j < width; j++) to[k * wide + j] = p->w[row_at[k] + column_at[j]];
    for (long k = 0; k < rows; k++)
        for (long j = width; j < wide; j++) to[k * wide + j] = 0;
}

static void place_windows(const Shape *s, const Strides *at, long *place) {
    for (long y = 0; y < s->kh; y++)
        for (long x = 0; x < s->kw; x++)
            for (long i = 0; i < s->ic; i++) *place++ = y * at->y + x * at->x + i * at->i;
}

static Packed pack(const Shape *s, const REAL *w, const Strides *at, int by_windows) {
    long window = s->kh * s->kw * s->ic;
    long rows = by_windows ? window : s->oc, columns = by_windows ? s->oc : window;
    size_t panels = rows * over(columns, V) * V * sizeof(REAL);
    REAL *memory = scratch(0, SLOT, panels + (rows + columns) * sizeof(long));
    long *window_at = (long *)((char *)memory + panels), *point_at = window_at + window;
    place_windows(s, at, window_at);
    for (long o = 0; o < s->oc; o++) point_at[o] = o * at->o;
    Packing job = {w, by_windows ? window_at : point_at, by_windows ? point_at : window_at, rows, columns, memory, by_windows};
    parallel(pack_rows, &job, over(columns, PANEL) * over(rows, ROWS_A_TASK));
    return (Packed){memory, rows, columns};
}

Packed pack_windows(const Shape *s, const REAL *w, const Strides *at) { return pack(s, w, at, 1); }
Packed pack_points(const Shape *s, const REAL *w, const Strides *at) { return pack(s, w, at, 0); }

Packed pack_neighbours(const Shape *s, const REAL *w, const Strides *at, long n) {
    long width = s->kw + (n - 1) * s->sx, rows = s->kh * width * s->ic, wide = over(n * s->oc, V) * V;
    REAL *panel = scratch(0, SLOT, rows * wide * sizeof(REAL));
    memset(panel, 0, rows * wide * sizeof(REAL));
    for (long p = 0; p < n; p++)
        for (long y = 0; y < s->kh; y++)
            for (long x = 0; x < s->kw; x++)
                for (long i = 0; i < s->ic; i++) {
                    REAL *row = panel + ((y * width + p * s->sx + x) * s->ic + i) * wide + p * s->oc;
                    const REAL *from = w + y * at->y + x * at->x + i * at->i;
                    for (long o = 0; o < s->oc; o++) row[o] = from[o * at->o];
                }
    return (Packed){panel, rows, n * s->oc};
}

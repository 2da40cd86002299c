// A convolution's weights in the order that `product` reads: panels of PANEL columns, row after row.
#pragma once
#include "pool.h"
#include "product.h"
#include "window.h"

// strides of weights (oc, ic, kh, kw) in REALs: any view will do
typedef struct { long o, i, y, x; } Strides;

typedef struct { const REAL *panels; long rows, columns; } Packed;

// (kh * kw * ic, oc): from a window to a point of the map
Packed pack_windows(const Shape *s, const REAL *w, const Strides *at);
// (kh * (kw + (n - 1) * sx) * ic, n * oc): from what the windows of n neighbours on a line cover to these n points
Packed pack_neighbours(const Shape *s, const REAL *w, const Strides *at, long n);
// (oc, kh * kw * ic): from a point of the map to its window
Packed pack_points(const Shape *s, const REAL *w, const Strides *at);

INLINE long n_panels(const Packed *p) { return over(p->columns, PANEL); }
INLINE const REAL *panel(const Packed *p, long i) { return p->panels + i * PANEL * p->rows; }
INLINE long panel_width(const Packed *p, long i) { return min(PANEL, p->columns - i * PANEL); }

void correlate(const Shape *s, const REAL *x, const REAL *w, const Strides *at, const REAL *bias, long bias_step,
               REAL slope, REAL *y);

// dense.c
int is_dense(const Shape *s);
void correlate_dense(const Shape *s, const REAL *x, const REAL *w, const Strides *at, const REAL *bias, long bias_step,
                     REAL slope, REAL *y);
void scatter_dense(const Shape *s, const REAL *y, const REAL *w, const Strides *at, REAL *x);

// Images and the windows that a convolution looks at: all arrays NHWC, without gaps.
#pragma once
#include "real.h"

// `image` (n, ih, iw, ic) and `map` (n, oh, ow, oc): a point (oy, ox) of the map belongs to the window of kh x kw points
// of the image that begins at (oy * sy - py, ox * sx - px); what lies outside of the image is 0.
typedef struct { long n, ih, iw, ic, oh, ow, oc, kh, kw, sy, sx, py, px; } Shape;

// Images that windows never leave: where they lie, or copied with a border.
typedef struct { const REAL *at; long image, line; } Windows;

INLINE long padded_height(const Shape *s) { return (s->oh - 1) * s->sy + s->kh; }
INLINE long padded_width(const Shape *s) { return (s->ow - 1) * s->sx + s->kw; }

INLINE int needs_border(const Shape *s) {
    return s->py || s->px || padded_height(s) > s->ih || padded_width(s) > s->iw;
}

// REALs of memory for `images` with a border; vectors may be read past their end
INLINE long bordered_size(const Shape *s, long images) {
    return images * padded_height(s) * padded_width(s) * s->ic + V;
}

INLINE Windows in_place(const Shape *s, const REAL *x, long first) {
    return (Windows){x + first * s->ih * s->iw * s->ic, s->ih * s->iw * s->ic, s->iw * s->ic};
}

INLINE Windows bordered(const Shape *s, const REAL *x, long first, long images, REAL *memory) {
    long height = padded_height(s), line = padded_width(s) * s->ic, image = height * line;
    long left = s->px * s->ic, run = min(s->iw * s->ic, line - left);
    for (long i = 0; i < images; i++)
        for (long y = 0; y < height; y++) {
            REAL *to = memory + i * image + y * line;
            long iy = y - s->py;
            if (iy < 0 || iy >= s->ih || run <= 0) {
                memset(to, 0, line * sizeof(REAL));
                continue;
            }
            memset(to, 0, left * sizeof(REAL));
            memcpy(to + left, x + ((first + i) * s->ih + iy) * s->iw * s->ic, run * sizeof(REAL));
            memset(to + left + run, 0, (line - left - run) * sizeof(REAL));
        }
    return (Windows){memory, image, line};
}

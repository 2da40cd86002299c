// Bilinear resize with aligned corners.
#include "kernels.h"

// Where output pixel i of `out` lies among `in` pixels: after `low`, by the fraction returned.
static float position(int i, int in, int out, int* low) {
  const double at = out > 1 ? i * ((in - 1) / (double)(out - 1)) : 0;
  *low = least((int)at, in - 1);
  return (float)(at - *low);
}

static v128_t between(v128_t a, v128_t b, float t) { return MADD(wasm_f32x4_sub(b, a), SPLAT(t), a); }

KERNEL void resize(int n, const Resize* s, const float* in, float* out) {
  const int line = s->w * s->c;
  for (int i = 0; i < n; i++, in += s->h * line) {
    for (int y = 0; y < s->oh; y++) {
      int top, left;
      const float down = position(y, s->h, s->oh, &top);
      for (int x = 0; x < s->ow; x++, out += s->c) {
        const float right = position(x, s->w, s->ow, &left);
        const float* at = in + top * line + left * s->c;
        // at the border the fraction is 0: no neighbour is looked at
        const int below = top + 1 < s->h ? line : 0, beside = left + 1 < s->w ? s->c : 0;
        for (int c = 0; c < s->c; c += 4, at += 4) {
          const v128_t upper = between(LOAD(at), LOAD(at + beside), right);
          const v128_t lower = between(LOAD(at + below), LOAD(at + below + beside), right);
          store(out + c, between(upper, lower, down), s->c - c);
        }
      }
    }
  }
}

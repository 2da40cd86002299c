// Pooling: the largest or mean value of each window.
#include "kernels.h"

#define POOL(NAME, START, COMBINE, FINISH)                                                     \
  KERNEL void NAME(int n, const Pool* s, const float* in, float* out) {                        \
    for (int i = 0; i < n; i++, in += s->h * s->w * s->c) {                                    \
      for (int y = 0; y < s->oh; y++) {                                                        \
        const int top = y * s->sh - s->ph, y0 = greatest(0, top), y1 = least(s->h, top + s->kh); \
        for (int x = 0; x < s->ow; x++, out += s->c) {                                         \
          const int left = x * s->sw - s->pw, x0 = greatest(0, left), x1 = least(s->w, left + s->kw); \
          for (int c = 0; c < s->c; c += 4) {                                                  \
            v128_t all = SPLAT(START);                                                         \
            for (int j = y0; j < y1; j++)                                                      \
              for (int k = x0; k < x1; k++) all = COMBINE(all, LOAD(in + (j * s->w + k) * s->c + c)); \
            store(out + c, FINISH, s->c - c);                                                  \
          }                                                                                    \
        }                                                                                      \
      }                                                                                        \
    }                                                                                          \
  }

POOL(pool_max, -__builtin_inff(), wasm_f32x4_pmax, all)
POOL(pool_average, 0, wasm_f32x4_add, wasm_f32x4_mul(all, SPLAT(1.0f / (s->kh * s->kw))))

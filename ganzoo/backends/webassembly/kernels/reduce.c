// Reduction over some of height, width and channels, whose output has 1 there.
#include "kernels.h"

#define REDUCE(NAME, START, COMBINE)                                                              \
  KERNEL void NAME(int n, const Reduce* s, const float* in, float* out) {                         \
    const int lines = s->h / s->oh, pixels = s->w / s->ow;                                        \
    for (int i = 0; i < n; i++, in += s->h * s->w * s->c) {                                       \
      for (int y = 0; y < s->oh; y++) {                                                           \
        for (int x = 0; x < s->ow; x++) {                                                         \
          v128_t all = SPLAT(START);                                                              \
          for (int c = 0; c < s->c; c += 4) {                                                     \
            for (int j = y; j < y + lines; j++)                                                   \
              for (int k = x; k < x + pixels; k++)                                                \
                all = COMBINE(all, first_lanes(LOAD(in + (j * s->w + k) * s->c + c), s->c - c, START)); \
            if (s->oc == 1 && c + 4 < s->c) continue;                                             \
            if (s->oc == 1) {                                                                     \
              all = COMBINE(all, wasm_i32x4_shuffle(all, all, 2, 3, 0, 1));                       \
              all = COMBINE(all, wasm_i32x4_shuffle(all, all, 1, 0, 3, 2));                       \
            }                                                                                     \
            const int left = s->oc == 1 ? 1 : s->c - c;                                           \
            store(out, all, left);                                                                \
            out += least(left, 4);                                                                \
            all = SPLAT(START);                                                                   \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }

REDUCE(reduce_sum, 0.0f, wasm_f32x4_add)
REDUCE(reduce_max, -__builtin_inff(), wasm_f32x4_pmax)
REDUCE(reduce_min, __builtin_inff(), wasm_f32x4_pmin)

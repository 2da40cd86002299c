// Expressions of a plan: one function for each expression, over inputs that may be broadcast.
#pragma once
#include "kernels.h"

// An input with its steps from image to image, line to line, pixel to pixel and channel to channel (0 or 1).
typedef struct {
  const float* at;
  int image, line, pixel, channel;
} Source;

#define ELEMENTWISE(NAME, COUNT, EXPRESSION)                                                              \
  static KERNEL void NAME(int n, int h, int w, int c, const Source* sources, float* out) {                       \
    for (int i = 0; i < n; i++) {                                                                         \
      for (int y = 0; y < h; y++) {                                                                       \
        for (int j = 0; j < w; j++, out += c) {                                                           \
          const float* at[COUNT];                                                                         \
          for (int s = 0; s < COUNT; s++)                                                                 \
            at[s] = sources[s].at + i * sources[s].image + y * sources[s].line + j * sources[s].pixel;    \
          for (int k = 0; k < c; k += 4) {                                                                \
            v128_t x[COUNT];                                                                              \
            for (int s = 0; s < COUNT; s++)                                                               \
              x[s] = sources[s].channel ? LOAD(at[s] + k) : wasm_v128_load32_splat(at[s]);                \
            store(out + k, EXPRESSION, c - k);                                                            \
          }                                                                                               \
        }                                                                                                 \
      }                                                                                                   \
    }                                                                                                     \
  }

// An activation, in place. The last vector may reach into what a slot has to spare.
#define ACTIVATION(NAME, EXPRESSION)             \
  static KERNEL void NAME(float* at, int count) { \
    for (; count > 0; count -= 4, at += 4) {      \
      const v128_t x[] = {LOAD(at)};              \
      STORE(at, EXPRESSION);                      \
    }                                             \
  }

// Bilinear samples of an image at any places.
#include "kernels.h"

// The whole number below `at` and what is beyond it. One pixel outside of `size` is as far out as any place.
static float split(float at, int size, int* low) {
  at = at > -1 ? (at < size ? at : size) : -1;  // NaN is outside as well
  *low = (int)(at + 1) - 1;
  return at - *low;
}

KERNEL void gridsample(int n, const GridSample* s, const float* in, const float* grid, float* out) {
  for (; n > 0; n--, in += s->h * s->w * s->c) {
    for (int i = 0; i < s->pixels; i++, grid += 2, out += s->c) {
      int left, top;
      const float right = split(grid[0], s->w, &left), down = split(grid[1], s->h, &top);
      Tap tap[4];
      for (int t = 0; t < 4; t++) {
        const int x = left + (t & 1), y = top + (t >> 1), inside = x >= 0 && x < s->w && y >= 0 && y < s->h;
        tap[t].at = inside ? (y * s->w + x) * s->c : 0;
        tap[t].factor = inside ? (t & 1 ? right : 1 - right) * (t >> 1 ? down : 1 - down) : 0;
      }
      for (int c = 0; c < s->c; c += 4) {
        v128_t sum = SPLAT(0);
        for (int t = 0; t < 4; t++) sum = MADD(LOAD(in + tap[t].at + c), SPLAT(tap[t].factor), sum);
        store(out + c, sum, s->c - c);
      }
    }
  }
}

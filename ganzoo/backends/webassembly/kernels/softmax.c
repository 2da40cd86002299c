// Softmax over the channels of each pixel, less their maximum so that nothing overflows.
#include "kernels.h"

static float across(v128_t x, int largest) {
  const v128_t y = wasm_i32x4_shuffle(x, x, 2, 3, 0, 1);
  x = largest ? wasm_f32x4_pmax(x, y) : wasm_f32x4_add(x, y);
  const float a = wasm_f32x4_extract_lane(x, 0), b = wasm_f32x4_extract_lane(x, 1);
  return !largest ? a + b : a < b ? b : a;
}

KERNEL void softmax(int n, int pixels, int c, const float* in, float* out) {
  for (pixels *= n; pixels > 0; pixels--, in += c, out += c) {
    v128_t most = SPLAT(-__builtin_inff()), sum = SPLAT(0);
    for (int k = 0; k < c; k += 4) most = wasm_f32x4_pmax(most, first_lanes(LOAD(in + k), c - k, -__builtin_inff()));
    most = SPLAT(across(most, 1));
    for (int k = 0; k < c; k += 4) {
      const v128_t e = first_lanes(v_exp(wasm_f32x4_sub(LOAD(in + k), most)), c - k, 0);
      store(out + k, e, c - k);
      sum = wasm_f32x4_add(sum, e);
    }
    sum = SPLAT(across(sum, 0));
    for (int k = 0; k < c; k += 4) store(out + k, wasm_f32x4_div(LOAD(out + k), sum), c - k);
  }
}

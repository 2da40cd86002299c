// What one thread of WebAssembly can reach in this browser: multiply-adds on 12 independent accumulators, enough to
// cover the latency of a multiplication and an addition, each weight loaded once, as a product with one row does.
#include <wasm_simd128.h>

#ifdef __wasm_relaxed_simd__
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_add(wasm_f32x4_mul(a, b), c)
#endif

enum { ACCUMULATORS = 12, LANES = 4 };

// `count` weights, a multiple of 48, times x, `passes` times over
float multiply_add(const float *weights, int count, int passes, float x) {
  v128_t row = wasm_f32x4_splat(x);
  v128_t sums[ACCUMULATORS];
  for (int i = 0; i < ACCUMULATORS; i++) sums[i] = wasm_f32x4_splat(0);
  for (int pass = 0; pass < passes; pass++)
    for (const float *w = weights; w < weights + count; w += ACCUMULATORS * LANES)
#pragma clang loop unroll(full)
      for (int i = 0; i < ACCUMULATORS; i++) sums[i] = MULTIPLY_ADD(row, wasm_v128_load(w + LANES * i), sums[i]);
  v128_t sum = sums[0];
  for (int i = 1; i < ACCUMULATORS; i++) sum = wasm_f32x4_add(sum, sums[i]);
  return wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1) + wasm_f32x4_extract_lane(sum, 2) +
         wasm_f32x4_extract_lane(sum, 3);
}

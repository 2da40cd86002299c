// What all kernels share: four float32 values at a time.
//
// A vector may read up to three values beyond its array (the plan leaves room for it) but never writes there.

#pragma once
#include <wasm_simd128.h>

// Small functions that are called often: engines compile a function lazily, and replace it only between two calls.
#define KERNEL __attribute__((noinline))
// A call takes as long as some ten instructions.
#define INLINE inline __attribute__((always_inline))

#ifdef __wasm_relaxed_simd__
#define MADD(a, b, sum) wasm_f32x4_relaxed_madd(a, b, sum)
#else
#define MADD(a, b, sum) wasm_f32x4_add(wasm_f32x4_mul(a, b), sum)
#endif

#define LOAD wasm_v128_load
#define STORE wasm_v128_store
#define SPLAT wasm_f32x4_splat
// as Python spells them
#define inf __builtin_inff()
#define nan __builtin_nanf("")

#define F(value) wasm_f32x4_const_splat(value)

static inline int least(int a, int b) { return a < b ? a : b; }
static inline int greatest(int a, int b) { return a > b ? a : b; }

static inline v128_t select(v128_t mask, v128_t yes, v128_t no) { return wasm_v128_bitselect(yes, no, mask); }

// The first `count` lanes of `x`, `fill` in the others.
static inline v128_t first_lanes(v128_t x, int count, float fill) {
  const v128_t lane = wasm_i32x4_const(0, 1, 2, 3);
  return wasm_v128_bitselect(x, SPLAT(fill), wasm_i32x4_lt(lane, wasm_i32x4_splat(count)));
}

// Write the first `count` lanes, at most four; `store_inline` where that runs often.
static INLINE void store_inline(float* to, v128_t x, int count) {
  if (count >= 4) {
    STORE(to, x);
    return;
  }
  if (count & 2) {
    wasm_v128_store64_lane(to, x, 0);
    to += 2;
    x = wasm_i32x4_shuffle(x, x, 2, 3, 2, 3);
  }
  if (count & 1) wasm_v128_store32_lane(to, x, 0);
}

static KERNEL void store(float* to, v128_t x, int count) { store_inline(to, x, count); }

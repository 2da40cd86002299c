// Functions of four values: range reduction as in any libm, then a polynomial. The polynomials are minimax fits
// (Remez's algorithm, relative error below 5e-9), so that float32 arithmetic decides: a few units in the last place.

#include "kernels.h"

#define I(value) wasm_i32x4_const_splat(value)

static inline v128_t square(v128_t x) { return wasm_f32x4_mul(x, x); }

// 2^n for whole n in [-126, 127]
static inline v128_t power_of_two(v128_t n) { return wasm_i32x4_shl(wasm_i32x4_add(n, I(127)), 23); }

// `size`, which is not negative, with the sign of `x`.
static inline v128_t signed_like(v128_t size, v128_t x) { return wasm_v128_or(size, wasm_v128_and(x, I(0x80000000))); }

// e^x = 2^n * e^r with |r| <= ln(2) / 2; inf and 0 where float32 ends.
INLINE v128_t v_exp(v128_t x) {
  x = wasm_f32x4_pmin(wasm_f32x4_pmax(x, F(-104)), F(89));
  const v128_t whole = wasm_f32x4_nearest(wasm_f32x4_mul(x, F(1.44269504f)));
  // ln(2) in two parts, the first so short that its product with a whole number is exact
  v128_t r = MADD(whole, F(-0.693359375f), x);
  r = MADD(whole, F(2.12194440e-4f), r);
  v128_t p = MADD(r, F(0.001395049195f), F(0.008368889351f));
  p = MADD(p, r, F(0.04166620579f));
  p = MADD(p, r, F(0.1666651884f));
  p = MADD(p, r, F(0.5f));
  p = wasm_f32x4_add(MADD(square(r), p, r), F(1));
  // the power in two factors: 2^128 and 2^-150 are no float32 themselves
  const v128_t n = wasm_i32x4_trunc_sat_f32x4(whole), half = wasm_i32x4_shr(n, 1);
  return wasm_f32x4_mul(wasm_f32x4_mul(p, power_of_two(half)), power_of_two(wasm_i32x4_sub(n, half)));
}

// ln(x) = n * ln(2) + ln(m) with m in [sqrt(1/2), sqrt(2)), ln(m) = 2 artanh((m - 1) / (m + 1)); -inf at 0, NaN below.
KERNEL v128_t v_log(v128_t x) {
  const v128_t root = I(0x3f3504f3);  // sqrt(1/2)
  const v128_t bits = wasm_i32x4_sub(wasm_f32x4_pmax(x, F(1.17549435e-38f)), root);
  const v128_t n = wasm_f32x4_convert_i32x4(wasm_i32x4_shr(bits, 23));
  const v128_t m = wasm_i32x4_add(wasm_v128_and(bits, I(0x7fffff)), root);
  const v128_t s = wasm_f32x4_div(wasm_f32x4_sub(m, F(1)), wasm_f32x4_add(m, F(1))), z = square(s);
  v128_t p = MADD(z, F(0.298723107f), F(0.3997752165f));
  p = MADD(p, z, F(0.6666677653f));
  p = MADD(wasm_f32x4_mul(p, z), s, wasm_f32x4_add(s, s));
  p = MADD(n, F(-2.12194440e-4f), p);
  p = MADD(n, F(0.693359375f), p);
  p = select(wasm_f32x4_eq(x, F(__builtin_inff())), x, p);
  p = select(wasm_f32x4_eq(x, F(0)), F(-__builtin_inff()), p);
  return select(wasm_f32x4_ge(x, F(0)), p, F(__builtin_nanf("")));
}

// An odd polynomial near 0, else 1 - 2 / (e^2|x| + 1) with the sign of x.
KERNEL v128_t v_tanh(v128_t x) {
  const v128_t size = wasm_f32x4_abs(x), z = square(x);
  v128_t p = MADD(z, F(-0.005717045478f), F(0.0206505877f));
  p = MADD(p, z, F(-0.05374349821f));
  p = MADD(p, z, F(0.1333149129f));
  p = MADD(p, z, F(-0.3333328393f));
  p = MADD(wasm_f32x4_mul(p, z), x, x);
  const v128_t e = v_exp(wasm_f32x4_add(size, size));
  const v128_t far = wasm_f32x4_sub(F(1), wasm_f32x4_div(F(2), wasm_f32x4_add(e, F(1))));
  return select(wasm_f32x4_lt(size, F(0.625f)), p, signed_like(far, x));
}

KERNEL v128_t v_sigmoid(v128_t x) {
  return wasm_f32x4_div(F(1), wasm_f32x4_add(F(1), v_exp(wasm_f32x4_neg(x))));
}

// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)
KERNEL v128_t v_softplus(v128_t x) {
  const v128_t e = v_exp(wasm_f32x4_neg(wasm_f32x4_abs(x)));
  return wasm_f32x4_add(wasm_f32x4_pmax(x, F(0)), v_log(wasm_f32x4_add(F(1), e)));
}

// sin(2 pi t), where t is x / (2 pi) without its whole turns. The first 12 bits of x times a short 1 / (2 pi) are exact,
// so that no bit is lost with the turns; the rest is added afterwards. Good to 3e-7 while |x| is below 1000.
KERNEL v128_t v_sin(v128_t x) {
  const v128_t high = wasm_v128_and(x, I(0xfffff000)), turns = wasm_f32x4_mul(high, F(0.1591796875f));
  const v128_t rest = MADD(high, F(-2.47444076e-5f), wasm_f32x4_mul(wasm_f32x4_sub(x, high), F(0.159154937f)));
  v128_t t = wasm_f32x4_add(wasm_f32x4_sub(turns, wasm_f32x4_nearest(turns)), rest);
  t = wasm_f32x4_sub(t, wasm_f32x4_nearest(t));
  const v128_t size = wasm_f32x4_abs(t), s = wasm_f32x4_pmin(size, wasm_f32x4_sub(F(0.5f), size)), z = square(s);
  v128_t p = MADD(z, F(39.7109108f), F(-76.5749893f));
  p = MADD(p, z, F(81.6022339f));
  p = MADD(p, z, F(-41.3416786f));
  p = MADD(p, z, F(6.28318548f));
  return signed_like(wasm_f32x4_mul(p, s), t);
}

// An odd polynomial of x or of 1 / x, whichever is not larger than 1: atan(x) = pi / 2 - atan(1 / x).
KERNEL v128_t v_atan(v128_t x) {
  const v128_t size = wasm_f32x4_abs(x);
  const v128_t s = wasm_f32x4_div(wasm_f32x4_pmin(size, F(1)), wasm_f32x4_pmax(size, F(1))), z = square(s);
  v128_t p = MADD(z, F(0.00284987711f), F(-0.0160685778f));
  p = MADD(p, z, F(0.0426914357f));
  p = MADD(p, z, F(-0.0750428736f));
  p = MADD(p, z, F(0.106409304f));
  p = MADD(p, z, F(-0.142036438f));
  p = MADD(p, z, F(0.199926198f));
  p = MADD(p, z, F(-0.333330721f));
  p = MADD(wasm_f32x4_mul(p, z), s, s);
  return signed_like(select(wasm_f32x4_gt(size, F(1)), wasm_f32x4_sub(F(1.57079637f), p), p), x);
}

// 1 - e^p, where the polynomial p is the logarithm of what |x| lacks to 1, fitted to an error below 1e-7 of the result;
// from 4 on the result is 1.
KERNEL v128_t v_erf(v128_t x) {
  const v128_t size = wasm_f32x4_pmin(wasm_f32x4_abs(x), F(4));
  v128_t p = MADD(size, F(6.94682478e-5f), F(-3.19940707e-4f));
  p = MADD(p, size, F(-0.0015957813f));
  p = MADD(p, size, F(0.0204149149f));
  p = MADD(p, size, F(-0.103253737f));
  p = MADD(p, size, F(-0.636536896f));
  p = MADD(p, size, F(-1.12838376f));
  return signed_like(wasm_f32x4_sub(F(1), v_exp(wasm_f32x4_mul(p, size))), x);
}

// e^(y ln|x|), with the sign of x where y is odd; NaN where x < 0 and y is not whole.
KERNEL v128_t v_pow(v128_t x, v128_t y) {
  const v128_t size = v_exp(wasm_f32x4_mul(y, v_log(wasm_f32x4_abs(x))));
  const v128_t half = wasm_f32x4_mul(y, F(0.5f));
  const v128_t odd = wasm_f32x4_ne(half, wasm_f32x4_floor(half));
  const v128_t negative = select(wasm_f32x4_eq(y, wasm_f32x4_floor(y)), select(odd, wasm_f32x4_neg(size), size),
                                 F(__builtin_nanf("")));
  return select(wasm_f32x4_eq(y, F(0)), F(1), select(wasm_f32x4_lt(x, F(0)), negative, size));
}

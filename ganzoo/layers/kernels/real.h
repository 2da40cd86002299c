// What all kernels share: REAL is float or double (-DREAL), vec as many of them as this CPU takes at once.
#pragma once
#include <math.h>
#include <stddef.h>
#include <string.h>

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define REGISTERS 32
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#define REGISTERS 16
#elif defined(__aarch64__)
#define VECTOR_BYTES 16
#define REGISTERS 32
#else
#define VECTOR_BYTES 16
#define REGISTERS 16
#endif

// aligned as one REAL: rows of an image begin anywhere
typedef REAL vec __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(REAL)), may_alias));
enum { V = VECTOR_BYTES / sizeof(REAL) };

#define INLINE static inline __attribute__((always_inline))

INLINE long min(long a, long b) { return a < b ? a : b; }
INLINE long max(long a, long b) { return a > b ? a : b; }
INLINE long over(long a, long b) { return (a + b - 1) / b; }  // a / b, rounded up
INLINE vec load(const REAL *p) { return *(const vec *)p; }
INLINE void store(REAL *p, vec v) { *(vec *)p = v; }
INLINE vec all(REAL value) { return (vec){0} + value; }

// what a comparison of two vec gives
typedef __typeof__((vec){0} > (vec){0}) lanes_where;
INLINE vec where(lanes_where yes, vec a, vec b) { return (vec)((yes & (lanes_where)a) | (~yes & (lanes_where)b)); }

// the first `lanes` only, by fours as far as that goes
typedef REAL quad __attribute__((vector_size(4 * sizeof(REAL)), aligned(sizeof(REAL)), may_alias));

INLINE void copy_part(REAL *to, const REAL *from, long lanes) {
    long i = 0;
    for (; i + 4 <= lanes; i += 4) *(quad *)(to + i) = *(const quad *)(from + i);
    for (; i < lanes; i++) to[i] = from[i];
}

INLINE vec load_part(const REAL *p, long lanes) {
    vec v = {0};
    copy_part((REAL *)&v, p, lanes);
    return v;
}

INLINE void store_part(REAL *p, vec v, long lanes) { copy_part(p, (const REAL *)&v, lanes); }

// all lanes, or the first few
INLINE vec take(const REAL *p, long lanes) { return lanes == V ? load(p) : load_part(p, lanes); }
INLINE void put(REAL *p, vec v, long lanes) {
    if (lanes == V) store(p, v);
    else store_part(p, v, lanes);
}

// An activation by its slope below zero: 1 leaves values as they are, 0 is ReLU, between is leaky; SIGMOID is its own.
#define SIGMOID 2

#if SINGLE
typedef int ints __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));

// exp of float32 to 2 units in the last place: 2^n times a Taylor polynomial of what is left, at most ln(2) / 2
INLINE vec exponential(vec x) {
    const REAL shift = 12582912;  // 1.5 * 2^23: adding it rounds to whole numbers
    x = __builtin_elementwise_min(__builtin_elementwise_max(x, all(-87)), all(88));
    vec shifted = x * (REAL)1.44269504 + shift, n = shifted - shift;
    vec r = x - n * (REAL)0.693145752 - n * (REAL)1.42860677e-6;
    vec p = all(1.0 / 5040) * r + (REAL)(1.0 / 720);
    p = p * r + (REAL)(1.0 / 120);
    p = p * r + (REAL)(1.0 / 24);
    p = p * r + (REAL)(1.0 / 6);
    p = p * r + (REAL)0.5;
    p = p * r + 1;
    p = p * r + 1;
    return (vec)((ints)p + (((ints)shifted - (ints)all(shift)) << 23));
}
#else
INLINE vec exponential(vec x) {
    for (int i = 0; i < V; i++) x[i] = exp(x[i]);
    return x;
}
#endif

INLINE vec activated(vec v, REAL slope) {
    if (slope == SIGMOID) return where(v == v, 1 / (1 + exponential(-v)), v);  // NaN stays what it is
    return __builtin_elementwise_max(v, v * slope);
}

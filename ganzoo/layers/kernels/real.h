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

// the first `lanes` only
INLINE vec load_part(const REAL *p, long lanes) {
    vec v = {0};
    memcpy(&v, p, lanes * sizeof(REAL));
    return v;
}

INLINE void store_part(REAL *p, vec v, long lanes) { memcpy(p, &v, lanes * sizeof(REAL)); }

// An activation by its slope below zero: 1 leaves values as they are, 0 is ReLU, between is leaky; SIGMOID is its own.
#define SIGMOID 2
INLINE REAL sigmoid(REAL x) { return 1 / (1 + (sizeof(REAL) == 4 ? (REAL)expf(-(float)x) : (REAL)exp(-(double)x))); }

INLINE vec activated(vec v, REAL slope) {
    if (slope == SIGMOID) {
        for (int i = 0; i < V; i++) v[i] = sigmoid(v[i]);
        return v;
    }
    return __builtin_elementwise_max(v, v * slope);
}

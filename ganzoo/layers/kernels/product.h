// Matrix products of one block in registers. Rows are read where they lie: a row is `segments` runs of `run` values,
// `step` apart, which is what a window of an NHWC image is.
#pragma once
#include "real.h"

enum { MOST_VECTORS = 4, PANEL = MOST_VECTORS * V };

// Rows that a block of 1, 2, 3 or 4 vectors has at most: its sums, a row of B and one value of A fill the registers.
#if REGISTERS == 32
#define MOST_ROWS(vectors) ((vectors) == 1 ? 14 : (vectors) == 2 ? 14 : (vectors) == 3 ? 9 : 6)
enum { HIGHEST = 14 };
#else
#define MOST_ROWS(vectors) ((vectors) == 1 ? 8 : (vectors) == 2 ? 6 : (vectors) == 3 ? 4 : 2)
enum { HIGHEST = 8 };
#endif

typedef struct { long segments, run, step; } Row;

// sums[i] (`vectors` wide) = row i of A, at a + i * a_step, times B (k, vectors * V)
INLINE void product(const int rows, const int vectors, const REAL *a, long a_step, const Row row, const REAL *b,
                    vec *sums) {
    vec s[HIGHEST][MOST_VECTORS];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) s[i][j] = (vec){0};
    for (long segment = 0; segment < row.segments; segment++, a += row.step)
#pragma clang loop unroll_count(2)
        for (long k = 0; k < row.run; k++, b += vectors * V) {
            vec bs[MOST_VECTORS];
#pragma clang loop unroll(full)
            for (int j = 0; j < vectors; j++) bs[j] = load(b + j * V);
#pragma clang loop unroll(full)
            for (int i = 0; i < rows; i++) {
                REAL value = a[i * a_step + k];
#pragma clang loop unroll(full)
                for (int j = 0; j < vectors; j++) s[i][j] += value * bs[j];
            }
        }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sums[i * vectors + j] = s[i][j];
}

// Points of two arrays, `points` to a line, `lines` to an image, and how far apart they lie in A and in B.
typedef struct { long images, lines, points, a_image, a_line, a_point, b_image, b_line, b_point; } Points;

// sums[i] += over all points: value i at the point of A times the `vectors` at that of B

INLINE void outer(const int rows, const int vectors, const REAL *a, const REAL *b, const Points at, REAL *sums,
                  long sums_step) {
    vec s[HIGHEST][MOST_VECTORS];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) s[i][j] = load(sums + i * sums_step + j * V);
    for (long image = 0; image < at.images; image++)
        for (long line = 0; line < at.lines; line++) {
            const REAL *p = a + image * at.a_image + line * at.a_line, *q = b + image * at.b_image + line * at.b_line;
            for (long point = 0; point < at.points; point++, p += at.a_point, q += at.b_point) {
                vec bs[MOST_VECTORS];
#pragma clang loop unroll(full)
                for (int j = 0; j < vectors; j++) bs[j] = load(q + j * V);
#pragma clang loop unroll(full)
                for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
                    for (int j = 0; j < vectors; j++) s[i][j] += p[i] * bs[j];
            }
        }
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) store(sums + i * sums_step + j * V, s[i][j]);
}

typedef void product_of_size(const REAL *a, long a_step, Row row, const REAL *b, vec *sums);
typedef void outer_of_size(const REAL *a, const REAL *b, Points at, REAL *sums, long sums_step);
extern product_of_size *const PRODUCTS[MOST_VECTORS + 1][HIGHEST + 1];
extern outer_of_size *const OUTERS[MOST_VECTORS + 1][HIGHEST + 1];

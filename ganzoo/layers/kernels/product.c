// `product` and `outer` for every size of block, by vectors and rows.
#include "product.h"

#define SIZE(vectors, rows)                                                                                      \
    static void product_##vectors##_##rows(const REAL *a, long a_step, Row row, const REAL *b, vec *sums) {      \
        product(rows, vectors, a, a_step, row, b, sums);                                                         \
    }                                                                                                            \
    static void outer_##vectors##_##rows(const REAL *a, const REAL *b, Points at, REAL *sums, long sums_step) {  \
        outer(rows, vectors, a, b, at, sums, sums_step);                                                         \
    }

#if REGISTERS == 32
#define UP_TO_6(X, v) X(v, 1) X(v, 2) X(v, 3) X(v, 4) X(v, 5) X(v, 6)
#define UP_TO_9(X, v) UP_TO_6(X, v) X(v, 7) X(v, 8) X(v, 9)
#define UP_TO_14(X, v) UP_TO_9(X, v) X(v, 10) X(v, 11) X(v, 12) X(v, 13) X(v, 14)
#define SIZES(X) UP_TO_14(X, 1) UP_TO_14(X, 2) UP_TO_9(X, 3) UP_TO_6(X, 4)
#else
#define UP_TO_2(X, v) X(v, 1) X(v, 2)
#define UP_TO_4(X, v) UP_TO_2(X, v) X(v, 3) X(v, 4)
#define UP_TO_6(X, v) UP_TO_4(X, v) X(v, 5) X(v, 6)
#define UP_TO_8(X, v) UP_TO_6(X, v) X(v, 7) X(v, 8)
#define SIZES(X) UP_TO_8(X, 1) UP_TO_6(X, 2) UP_TO_4(X, 3) UP_TO_2(X, 4)
#endif

SIZES(SIZE)

#define PRODUCT(v, r) [v][r] = product_##v##_##r,
#define OUTER(v, r) [v][r] = outer_##v##_##r,
product_of_size *const PRODUCTS[MOST_VECTORS + 1][HIGHEST + 1] = {SIZES(PRODUCT)};
outer_of_size *const OUTERS[MOST_VECTORS + 1][HIGHEST + 1] = {SIZES(OUTER)};

// Matrix product, the heart of dense, conv and deconv: rows of input values times panels of four columns.
//
// A row is what one output pixel sees; rows lie anywhere (images, lines and pixels, each at its own step), so that
// nothing is gathered before. A tile holds its sums in registers: ROWS rows times two panels. All 16 registers of
// x86-64 are used by 6x2 with fused multiply-add and by 5x2 without. Where the columns end with half a pair, the last
// panel stands for both. The loop is not unrolled and its pointers are
// hidden from the optimiser, which else computes addresses anew and loads ahead until registers spill.

#pragma once
#include "kernels.h"

#ifdef __wasm_relaxed_simd__
#define ROWS 6
#else
#define ROWS 5
#endif

#define HIDE(pointer) __asm__("" : "+r"(pointer))
#define UNROLL _Pragma("unroll")
#define LOOP _Pragma("clang loop unroll(disable) vectorize(disable)")

// What a row sees: kh x kw runs of `run` neighbouring values; from run to run the steps, counted in values.
typedef struct {
  int kh, kw, run;
  int kh_step, kw_step;
} Window;

// Where the rows are: n images of h lines of w pixels, with the steps of input and output, counted in values.
typedef struct {
  int h, w;
  int in_image, in_line, in_pixel;
  int out_image, out_line, out_pixel;
} Grid;

// Rows of a tile: what each sees, what its sums begin with (the bias, or what was there), where they go.
typedef struct {
  const float *in[ROWS], *from[ROWS];
  float* out[ROWS];
} Tile;

#define TILE(MR)                                                                                     \
  static KERNEL void tile_##MR(const Tile* tile, const Window* k, const float* b, int panel) {       \
    v128_t left[MR], right[MR];                                                                      \
    const float *in[MR], *next = b + panel;                                                          \
    HIDE(next);                                                                                      \
    UNROLL for (int r = 0; r < MR; r++) {                                                            \
      in[r] = tile->in[r];                                                                           \
      HIDE(in[r]);                                                                                   \
      left[r] = LOAD(tile->from[r]);                                                                 \
      right[r] = LOAD(tile->from[r] + 4);                                                            \
    }                                                                                                \
    for (int i = k->kh; i > 0; i--) {                                                                \
      for (int j = k->kw; j > 0; j--) {                                                              \
        LOOP for (int run = k->run; run > 0; run--) {                                                \
          const v128_t one = LOAD(b), two = LOAD(next);                                              \
          b += 4;                                                                                    \
          next += 4;                                                                                 \
          HIDE(b);                                                                                   \
          HIDE(next);                                                                                \
          UNROLL for (int r = 0; r < MR; r++) {                                                      \
            const v128_t x = wasm_v128_load32_splat(in[r]);                                          \
            in[r] += 1;                                                                              \
            HIDE(in[r]);                                                                             \
            left[r] = MADD(x, one, left[r]);                                                         \
            right[r] = MADD(x, two, right[r]);                                                       \
          }                                                                                          \
        }                                                                                            \
        UNROLL for (int r = 0; r < MR; r++) in[r] += k->kw_step - k->run;                            \
      }                                                                                              \
      UNROLL for (int r = 0; r < MR; r++) in[r] += k->kh_step - k->kw * k->kw_step;                  \
    }                                                                                                \
    UNROLL for (int r = 0; r < MR; r++) {                                                            \
      STORE(tile->out[r], left[r]);                                                                  \
      STORE(tile->out[r] + 4, right[r]);                                                             \
    }                                                                                                \
  }

// Heights 1 and 3 would take no less time than 2 and 4: there each sum waits for the one before.
TILE(2)
TILE(4)
TILE(5)
#if ROWS == 6
TILE(6)
#endif

// A single row is bound by how fast the weights stream in: four panels and two values of the row at a time.
static KERNEL void row_x4(const float* in, int k, const float* b, int panel, const float* bias, float* out) {
  v128_t even[4], odd[4];
  const float* at[4];
  UNROLL for (int p = 0; p < 4; p++) {
    at[p] = b + p * panel;
    HIDE(at[p]);
    even[p] = LOAD(bias + 4 * p);
    odd[p] = SPLAT(0);
  }
  LOOP for (; k >= 2; k -= 2) {
    const v128_t x = wasm_v128_load32_splat(in), y = wasm_v128_load32_splat(in + 1);
    in += 2;
    HIDE(in);
    UNROLL for (int p = 0; p < 4; p++) {
      even[p] = MADD(x, LOAD(at[p]), even[p]);
      odd[p] = MADD(y, LOAD(at[p] + 4), odd[p]);
      at[p] += 8;
      HIDE(at[p]);
    }
  }
  const v128_t last = SPLAT(k ? *in : 0);
  UNROLL for (int p = 0; p < 4; p++) {
    if (k) even[p] = MADD(last, LOAD(at[p]), even[p]);
    STORE(out + 4 * p, wasm_f32x4_add(even[p], odd[p]));
  }
}

// `columns` columns of the product over n images of a grid, onto the bias or, without one, onto what is in `out`.
// Rows pass through a pair of panels while these are in the first cache.
static KERNEL void matmul(int n, const Grid* grid, const Window* k, const float* in, const float* b, int columns,
                          const float* bias, float* out) {
  const int panel = k->kh * k->kw * k->run * 4, total = n * grid->h * grid->w;
  float rest[ROWS + 1][8];  // of columns that are not in whole pairs of panels, and of rows that fill up a tile
  int column = 0;
  if (total == 1 && bias && panel == k->run * 4)
    for (; column + 16 <= columns; column += 16)
      row_x4(in, k->run, b + column / 4 * panel, panel, bias + column, out + column);
  for (; column < columns; column += 8) {
    const int valid = least(8, columns - column), pair = valid > 4 ? panel : 0;
    const float* from = in;
    float* to = out + column;
    // tiles as even as possible: 9 rows are 5 + 4
    for (int left = total, tiles = (total + ROWS - 1) / ROWS, x = 0, y = 0; left > 0; tiles--) {
      const int rows = (left + tiles - 1) / tiles;
      Tile tile;
      float* ends[ROWS];
      for (int r = 0; r < rows; r++) {
        tile.in[r] = from;
        tile.out[r] = ends[r] = to;
        if (valid < 8) {
          tile.out[r] = rest[r];
          store(rest[r], LOAD(to), valid);
          if (valid > 4) STORE(rest[r] + 4, LOAD(to + 4));
        }
        tile.from[r] = bias ? bias + column : tile.out[r];
        from += grid->in_pixel;
        to += grid->out_pixel;
        if (++x < grid->w) continue;
        x = 0;
        from += grid->in_line - grid->w * grid->in_pixel;
        to += grid->out_line - grid->w * grid->out_pixel;
        if (++y < grid->h) continue;
        y = 0;
        from += grid->in_image - grid->h * grid->in_line;
        to += grid->out_image - grid->h * grid->out_line;
      }
      if (rows == 1 || rows == 3) {
        tile.in[rows] = tile.from[rows] = tile.in[0];
        tile.out[rows] = rest[ROWS];
      }
      switch (rows) {
        case 1: case 2: tile_2(&tile, k, b + column / 4 * panel, pair); break;
        case 3: case 4: tile_4(&tile, k, b + column / 4 * panel, pair); break;
        case 5: tile_5(&tile, k, b + column / 4 * panel, pair); break;
#if ROWS == 6
        case 6: tile_6(&tile, k, b + column / 4 * panel, pair); break;
#endif
      }
      if (valid < 8)
        for (int r = 0; r < rows; r++) {
          store(ends[r], LOAD(rest[r]), valid);
          if (valid > 4) store(ends[r] + 4, LOAD(rest[r] + 4), valid - 4);
        }
      left -= rows;
    }
  }
}

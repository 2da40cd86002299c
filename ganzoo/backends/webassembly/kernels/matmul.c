// Matrix product, the heart of dense, conv and deconv: rows of input values times panels of four columns.
//
// A row is what one output pixel sees; rows lie anywhere (images, lines and pixels, each at its own step), so that
// nothing is gathered before. A tile holds its sums in registers: ROWS rows times two panels. All 16 registers of
// x86-64 are used by 6x2 with fused multiply-add and by 5x2 without. The loop is not unrolled and its pointers are
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

// What a row sees: kh x kw runs of `run` neighbouring values, and how many are left out before the next run, in the
// line and after it.
typedef struct {
  int kh, kw, run;
  int kh_gap, kw_gap;
} Window;

// Where the rows are: n images of h lines of w pixels, with the steps of input and output, counted in values: from each
// pixel to the next, and what is added where a line and where an image ends.
typedef struct {
  int h, w;
  int in_pixel, in_line, in_image;
  int out_pixel, out_line, out_image;
} Grid;

// Rows of a tile: what each sees and where its sums go. They begin with `bias` or, without one, with what is there;
// no value is less than `low`.
typedef struct {
  const float* in[8];
  float* out[8];
  const float* bias;
  float low;
  int columns;  // of a single panel
} Tile;

#define TILE(MR, PANELS)                                                                             \
  static KERNEL void tile_##MR(const Tile* tile, const Window* k, const float* b, int panel) {       \
    v128_t sum[MR][PANELS];                                                                          \
    const float *in[MR], *at[PANELS];                                                                \
    UNROLL for (int p = 0; p < PANELS; p++) {                                                        \
      at[p] = b + p * panel;                                                                         \
      HIDE(at[p]);                                                                                   \
    }                                                                                                \
    UNROLL for (int r = 0; r < MR; r++) {                                                            \
      const float* from = tile->bias ? tile->bias : tile->out[r];                                    \
      in[r] = tile->in[r];                                                                           \
      HIDE(in[r]);                                                                                   \
      UNROLL for (int p = 0; p < PANELS; p++) sum[r][p] = LOAD(from + 4 * p);                        \
    }                                                                                                \
    for (int i = k->kh * k->kw, j = k->kw; i > 0; i--) {                                             \
      LOOP for (int run = k->run; run > 0; run--) {                                                  \
        v128_t w[PANELS];                                                                            \
        UNROLL for (int p = 0; p < PANELS; p++) {                                                    \
          w[p] = LOAD(at[p]);                                                                        \
          at[p] += 4;                                                                                \
          HIDE(at[p]);                                                                               \
        }                                                                                            \
        UNROLL for (int r = 0; r < MR; r++) {                                                        \
          const v128_t x = wasm_v128_load32_splat(in[r]);                                            \
          in[r] += 1;                                                                                \
          HIDE(in[r]);                                                                               \
          UNROLL for (int p = 0; p < PANELS; p++) sum[r][p] = MADD(x, w[p], sum[r][p]);              \
        }                                                                                            \
      }                                                                                              \
      const int gap = --j ? k->kw_gap : k->kh_gap;                                                   \
      if (!j) j = k->kw;                                                                             \
      UNROLL for (int r = 0; r < MR; r++) in[r] += gap;                                              \
    }                                                                                                \
    const v128_t low = SPLAT(tile->low);                                                             \
    UNROLL for (int r = 0; r < MR; r++) {                                                            \
      UNROLL for (int p = 0; p < PANELS; p++) {                                                      \
        const v128_t y = wasm_f32x4_pmax(sum[r][p], low);                                            \
        if (PANELS > 1 || tile->columns >= 4) STORE(tile->out[r] + 4 * p, y);                        \
        else store(tile->out[r], y, tile->columns);                                                  \
      }                                                                                              \
    }                                                                                                \
  }

// Fewer sums would take no less time, each waits for the one before. A single panel, where the columns end with half
// a pair, has eight rows therefore; where there are less, the first stands for those missing.
TILE(4, 2)
TILE(5, 2)
#if ROWS == 6
TILE(6, 2)
#endif
TILE(8, 1)

// A single row is bound by how fast the weights stream in: four panels and two values of the row at a time.
static KERNEL void row_x4(const float* in, int k, const float* b, int panel, const float* bias, float low,
                          float* out) {
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
    STORE(out + 4 * p, wasm_f32x4_pmax(wasm_f32x4_add(even[p], odd[p]), SPLAT(low)));
  }
}

// `columns` columns of the product over n images of a grid, onto the bias or, without one, onto what is in `out`; no
// value less than `low`. Rows pass through a pair of panels while these are in the first cache.
static KERNEL void matmul(int n, const Grid* grid, const Window* k, const float* in, const float* b, int columns,
                          const float* bias, float low, float* out) {
  const int panel = k->kh * k->kw * k->run * 4, total = n * grid->h * grid->w;
  int column = 0;
  // the last of them go back over columns that are done, so that all whole panels are summed in the same order and
  // equal columns stay equal
  if (total == 1 && bias && panel == k->run * 4 && columns >= 16)
    for (; column + 4 <= columns; column += 16) {
      if (column + 16 > columns) column = (columns & ~3) - 16;
      row_x4(in, k->run, b + column / 4 * panel, panel, bias + column, low, out + column);
    }
  for (int wide; column < columns; column += wide) {
    wide = column + 8 <= columns ? 8 : 4;
    const int most = wide == 8 ? ROWS : 8;
    const float *from = in, *panels = b + column / 4 * panel;
    float* to = out + column;
    Tile tile = {.bias = bias ? bias + column : 0, .low = low, .columns = columns - column};
    // tiles as even as possible: 9 rows are 5 + 4
    for (int left = total, tiles = (total + most - 1) / most, x = 0, y = 0; left > 0; tiles--) {
      const int rows = (left + tiles - 1) / tiles, height = wide == 8 ? greatest(4, rows) : 8;
      for (int r = 0; r < rows; r++) {
        tile.in[r] = from;
        tile.out[r] = to;
        from += grid->in_pixel;
        to += grid->out_pixel;
        if (++x < grid->w) continue;
        x = 0;
        from += grid->in_line;
        to += grid->out_line;
        if (++y < grid->h) continue;
        y = 0;
        from += grid->in_image;
        to += grid->out_image;
      }
      for (int r = rows; r < height; r++) {
        tile.in[r] = tile.in[0];
        tile.out[r] = tile.out[0];
      }
      switch (height) {
        case 4: tile_4(&tile, k, panels, panel); break;
        case 5: tile_5(&tile, k, panels, panel); break;
#if ROWS == 6
        case 6: tile_6(&tile, k, panels, panel); break;
#endif
        case 8: tile_8(&tile, k, panels, panel); break;
      }
      left -= rows;
    }
  }
}

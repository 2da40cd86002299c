// What the generated part of a plan calls: one function for each kind of step, for n images.

#pragma once
#include "vector.h"

typedef struct {
  int size, in, out;  // steps in source and output
} Dim;

typedef struct {
  int h, w, c;     // input
  int oh, ow, oc;  // output
  int kh, kw, sh, sw, ph, pw, dh, dw;
  int groups;
} Conv;

typedef struct {
  int h, w, c;     // input
  int oh, ow, oc;  // output
  int kh, kw, sh, sw, ph, pw;
  // of the output, what the taps of the first stride reach, each pixel once and before other taps
  int full_h, full_w;
} Deconv;

typedef struct {
  int h, w, c;  // input
  int oh, ow;   // output
  int kh, kw, sh, sw, ph, pw;
} Pool;

typedef struct {
  int h, w, c;     // input
  int oh, ow, oc;  // output: 1 or the same
} Reduce;

typedef struct {
  int h, w, c;  // input
  int oh, ow;   // output
} Resize;

typedef struct {
  int h, w, c;  // input
  int pixels;   // of the output
} GridSample;

typedef struct {
  int at;  // a place in the input, and what its value is multiplied by
  float factor;
} Tap;

KERNEL void dense(int n, const float* in, int k, const float* weight, const float* bias, int columns, float low,
                  float* out);

// `room` holds the padded input where there is padding.
KERNEL void conv(int n, const Conv* s, const float* in, const float* weight, const float* bias, float low, float* out,
                 float* room);
// For groups that share a panel of four output channels.
KERNEL void grouped(int n, const Conv* s, const float* in, const float* weight, const float* bias, float* out);

// For output channels that are a multiple of four.
KERNEL void deconv(int n, const Deconv* s, const float* in, const float* weight, const float* bias, float low,
                   float* out);
// For others, where kernel and stride are the same, and where not; `room` holds a row of columns and the products of
// `lines` lines of the input.
KERNEL void deconv_apart(int n, const Deconv* s, int lines, const float* in, const float* weight, const float* bias,
                         float* out, float* room);
KERNEL void deconv_mixed(int n, const Deconv* s, int lines, const float* in, const float* weight, const float* bias,
                         float* out, float* room);

// `room` holds the matrix of `b` in panels, and as many zeros as it has columns; the rows of `a` are those of one matrix.
KERNEL void product(int n, int matrices, int rows, int k, int columns, const float* a, const float* b, float low,
                    float* out, float* room);

KERNEL void pool_max(int n, const Pool* s, const float* in, float* out);
KERNEL void pool_average(int n, const Pool* s, const float* in, float* out);

KERNEL void reduce_sum(int n, const Reduce* s, const float* in, float* out);
KERNEL void reduce_max(int n, const Reduce* s, const float* in, float* out);
KERNEL void reduce_min(int n, const Reduce* s, const float* in, float* out);

KERNEL void softmax(int n, int pixels, int c, const float* in, float* out);
KERNEL void resize(int n, const Resize* s, const float* in, float* out);
// Of each of `lines` runs of `size` elements of `inner` values; `table` has `taps` for each of `places` in the output.
KERNEL void resample(int n, int lines, int size, int inner, int places, int taps, const Tap* table, const float* in,
                     float* out);
// `grid` has x and y for each of the output's `pixels`.
KERNEL void gridsample(int n, const GridSample* s, const float* in, const float* grid, float* out);

KERNEL void copy(float* to, const float* from, int count);
KERNEL void fill(float* to, float value, int count);
KERNEL void move(int n, const Dim* dims, int count, const float* in, int in_image, float* out, int out_image);

v128_t v_exp(v128_t x);
KERNEL v128_t v_log(v128_t x);
KERNEL v128_t v_tanh(v128_t x);
KERNEL v128_t v_sigmoid(v128_t x);
KERNEL v128_t v_softplus(v128_t x);
KERNEL v128_t v_sin(v128_t x);
KERNEL v128_t v_atan(v128_t x);
KERNEL v128_t v_erf(v128_t x);
KERNEL v128_t v_pow(v128_t x, v128_t y);

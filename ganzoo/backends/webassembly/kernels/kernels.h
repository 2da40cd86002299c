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

KERNEL void dense(int n, const float* in, int k, const float* weight, const float* bias, int columns, float* out);

// `room` holds the padded input where there is padding.
KERNEL void conv(int n, const Conv* s, const float* in, const float* weight, const float* bias, float* out,
                 float* room);
// For groups that share a panel of four output channels.
KERNEL void grouped(int n, const Conv* s, const float* in, const float* weight, const float* bias, float* out);

// For output channels that are a multiple of four.
KERNEL void deconv(int n, const Deconv* s, const float* in, const float* weight, const float* bias, float* out);
// For others; `room` holds a row of columns and the products of `lines` lines of the input.
KERNEL void deconv_mixed(int n, const Deconv* s, int lines, const float* in, const float* weight, const float* bias,
                         float* out, float* room);

KERNEL void pool_max(int n, const Pool* s, const float* in, float* out);
KERNEL void pool_average(int n, const Pool* s, const float* in, float* out);

KERNEL void reduce_sum(int n, const Reduce* s, const float* in, float* out);
KERNEL void reduce_max(int n, const Reduce* s, const float* in, float* out);
KERNEL void reduce_min(int n, const Reduce* s, const float* in, float* out);

KERNEL void softmax(int n, int pixels, int c, const float* in, float* out);
KERNEL void resize(int n, const Resize* s, const float* in, float* out);

KERNEL void fill(float* to, float value, int count);
KERNEL void move(int n, const Dim* dims, int count, const float* in, int in_image, float* out, int out_image);

KERNEL v128_t v_exp(v128_t x);
KERNEL v128_t v_log(v128_t x);
KERNEL v128_t v_tanh(v128_t x);
KERNEL v128_t v_sigmoid(v128_t x);
KERNEL v128_t v_softplus(v128_t x);
KERNEL v128_t v_pow(v128_t x, v128_t y);

// Deconvolution: the rows of the product are the input's pixels, its columns (kh, kw, oc). Each product goes straight
// to its place in the output, so nothing is multiplied by zero and there is no buffer of columns.
#include "matmul.c"

// `rows` times the same `count` values.
static void repeat(float* to, const float* from, int count, int rows) {
  for (; rows > 0; rows--, to += count) copy(to, from, count);
}

static int ceil_div(int a, int b) { return a > 0 ? (a + b - 1) / b : 0; }

// Output channels in whole panels: one product for each tap, over the input pixels whose tap lies in the output.
KERNEL void deconv(int n, const Deconv* s, const float* in, const float* weight, const float* bias, float low,
                   float* out) {
  const int line = s->ow * s->oc, in_line = s->w * s->c;
  const Window k = {1, 1, s->c, 0, 0};
  for (int i = 0; i < n * s->oh; i++) {  // what the first taps do not reach
    const int x = i % s->oh < s->full_h ? s->full_w : 0;
    repeat(out + i * line + x * s->oc, bias, s->oc, s->ow - x);
  }
  for (int kh = 0; kh < s->kh; kh++) {
    const int y0 = ceil_div(s->ph - kh, s->sh), h = least(s->h, ceil_div(s->oh + s->ph - kh, s->sh)) - y0;
    for (int kw = 0; kw < s->kw; kw++, weight += s->oc * s->c) {
      const int x0 = ceil_div(s->pw - kw, s->sw), w = least(s->w, ceil_div(s->ow + s->pw - kw, s->sw)) - x0;
      if (h <= 0 || w <= 0) continue;
      const int first = s->full_h && kh < s->sh && kw < s->sw, pixel = s->sw * s->oc;
      const Grid grid = {h,     w,
                         s->c,  in_line - w * s->c,       (s->h - h) * in_line,
                         pixel, s->sh * line - w * pixel, (s->oh - h * s->sh) * line};
      matmul(n, &grid, &k, in + y0 * in_line + x0 * s->c, weight, s->oc, first ? bias : 0, low,
             out + (y0 * s->sh + kh - s->ph) * line + (x0 * s->sw + kw - s->pw) * s->oc);
    }
  }
}

// Taps share panels: the products of some lines of input pixels are made in `room`, from where each goes to its place.
// Here the kernel is as large as the stride: each product is an output value, and all images are one tall one.
KERNEL void deconv_apart(int n, const Deconv* s, int lines, const float* in, const float* weight, const float* bias,
                         float* out, float* room) {
  const int run = s->kw * s->oc, line = s->w * run, columns = s->kh * run, stride = (columns + 3) & ~3;
  float* products = room + stride;  // behind the bias of each column
  repeat(room, bias, s->oc, s->kh * s->kw);
  for (int left = n * s->h; left > 0; left -= lines) {
    lines = least(lines, left);
    matmul(lines * s->w, &(Grid){1, 1, s->c, 0, 0, stride, 0, 0}, &(Window){1, 1, s->c, 0, 0}, in, weight, stride, room,
           -inf, products);
    in += lines * s->w * s->c;
    const float* from = products;
    for (int y = 0; y < lines; y++, from += s->w * stride)
      for (int kh = 0; kh < columns; kh += run, out += line)  // a line of the kernel lies side by side, here and there
        for (int j = 0; j < run; j += 4)
          for (int x = 0; x < s->w; x++) store_inline(out + x * run + j, LOAD(from + x * stride + kh + j), run - j);
  }
}

// The same with products that are added up, or lie outside of the output.
KERNEL void deconv_mixed(int n, const Deconv* s, int lines, const float* in, const float* weight, const float* bias,
                         float* out, float* room) {
  const int run = s->kw * s->oc, line = s->ow * s->oc, stride = (s->kh * run + 3) & ~3;
  float* products = room + stride;  // behind as many zeros
  fill(room, 0, stride);
  repeat(out, bias, s->oc, n * s->oh * s->ow);
  for (int i = 0; i < n; i++, out += s->oh * line) {
    for (int y = 0; y < s->h; y++, in += s->w * s->c) {
      if (y % lines == 0)
        matmul(least(lines, s->h - y) * s->w, &(Grid){1, 1, s->c, 0, 0, stride, 0, 0}, &(Window){1, 1, s->c, 0, 0}, in,
               weight, stride, room, -inf, products);
      for (int kh = 0; kh < s->kh; kh++) {
        const int oy = y * s->sh + kh - s->ph;
        if (oy < 0 || oy >= s->oh) continue;
        const float* from = products + y % lines * s->w * stride + kh * run;
        for (int x = 0, start = -s->pw * s->oc; x < s->w; x++, start += s->sw * s->oc, from += stride) {
          float* to = out + oy * line + start;
          const int end = least(run, line - start);
          for (int j = greatest(0, -start); j < end; j += 4)
            store(to + j, wasm_f32x4_add(LOAD(to + j), LOAD(from + j)), end - j);
        }
      }
    }
  }
}

// Deconvolution: the rows of the product are the input's pixels, its columns (kh, kw, oc). Each product goes straight
// to its place in the output, so nothing is multiplied by zero and there is no buffer of columns.
#include "matmul.c"

// `rows` times the same `count` values.
static void repeat(float* to, const float* from, int count, int rows) {
  for (; rows > 0; rows--, to += count) copy(to, from, count);
}

static int ceil_div(int a, int b) { return a > 0 ? (a + b - 1) / b : 0; }

// Where no taps overlap and none is missing, each output value belongs to one tap: its first touch is its last.
static int touched_once(const Deconv* s) {
  return s->kh == s->sh && s->kw == s->sw && s->oh + s->ph <= s->h * s->sh && s->ow + s->pw <= s->w * s->sw;
}

// Output channels in whole panels: one product for each tap, over the input pixels whose tap lies in the output.
KERNEL void deconv(int n, const Deconv* s, const float* in, const float* weight, const float* bias, float* out) {
  const int once = touched_once(s);
  const Window k = {1, 1, s->c, 0, 0};
  if (!once) repeat(out, bias, s->oc, n * s->oh * s->ow);
  for (int kh = 0; kh < s->kh; kh++) {
    const int y0 = ceil_div(s->ph - kh, s->sh), y1 = least(s->h, ceil_div(s->oh + s->ph - kh, s->sh));
    for (int kw = 0; kw < s->kw; kw++, weight += s->oc * s->c) {
      const int x0 = ceil_div(s->pw - kw, s->sw), x1 = least(s->w, ceil_div(s->ow + s->pw - kw, s->sw));
      if (y0 >= y1 || x0 >= x1) continue;
      const Grid grid = {y1 - y0,           x1 - x0, s->h * s->w * s->c, s->w * s->c, s->c, s->oh * s->ow * s->oc,
                         s->sh * s->ow * s->oc, s->sw * s->oc};
      matmul(n, &grid, &k, in + (y0 * s->w + x0) * s->c, weight, s->oc, once ? bias : 0,
             out + ((y0 * s->sh + kh - s->ph) * s->ow + x0 * s->sw + kw - s->pw) * s->oc);
    }
  }
}

// Taps share panels: the products of some lines of input pixels are made in `room`, from where each goes to its place.
KERNEL void deconv_mixed(int n, const Deconv* s, int lines, const float* in, const float* weight, const float* bias,
                         float* out, float* room) {
  const int once = touched_once(s), run = s->kw * s->oc, line = s->ow * s->oc;
  const int columns = s->kh * run, stride = (columns + 3) & ~3;
  const Grid grid = {1, s->w, 0, s->w * s->c, s->c, 0, s->w * stride, stride};
  const Window k = {1, 1, s->c, 0, 0};
  float* products = room + stride;  // behind the bias of each column
  if (once) {
    repeat(room, bias, s->oc, s->kh * s->kw);
  } else {
    fill(room, 0, columns);
    repeat(out, bias, s->oc, n * s->oh * s->ow);
  }
  for (int i = 0; i < n; i++, out += s->oh * line) {
    for (int y = 0; y < s->h; y++, in += s->w * s->c) {
      if (y % lines == 0) {
        Grid some = grid;
        some.h = least(lines, s->h - y);
        matmul(1, &some, &k, in, weight, stride, room, products);
      }
      for (int kh = 0; kh < s->kh; kh++) {
        const int oy = y * s->sh + kh - s->ph;
        if (oy < 0 || oy >= s->oh) continue;
        // a line of the kernel lies side by side, in `room` as in the output
        const float* from = products + y % lines * s->w * stride + kh * run;
        for (int x = 0, start = -s->pw * s->oc; x < s->w; x++, start += s->sw * s->oc, from += stride) {
          float* to = out + oy * line + start;
          const int end = least(run, line - start);
          for (int j = greatest(0, -start); j < end; j += 4)
            store(to + j, once ? LOAD(from + j) : wasm_f32x4_add(LOAD(to + j), LOAD(from + j)), end - j);
        }
      }
    }
  }
}

// Convolution: rows of the product are the windows where they lie in the input, line by line of the kernel.
#include "matmul.c"

// Input with its padding, of the size that the windows reach.
static void pad_image(const float* in, const Conv* s, int h, int w, float* out) {
  const int lines = least(s->h, h - s->ph), wide = least(s->w, w - s->pw) * s->c;
  fill(out, 0, h * w * s->c);
  for (int y = 0; y < lines; y++) copy(out + ((y + s->ph) * w + s->pw) * s->c, in + y * s->w * s->c, wide);
}

// `room` holds the padded input; `h` and `w` are its size.
KERNEL void conv(int n, const Conv* s, const float* in, const float* weight, const float* bias, float low,
                 float* out, float* room) {
  const int reach_h = (s->oh - 1) * s->sh + (s->kh - 1) * s->dh + 1;
  const int reach_w = (s->ow - 1) * s->sw + (s->kw - 1) * s->dw + 1;
  int h = s->h, w = s->w;
  if (s->ph || s->pw || reach_h > h || reach_w > w) {
    h = reach_h;
    w = reach_w;
    for (int i = 0; i < n; i++) pad_image(in + i * s->h * s->w * s->c, s, h, w, room + i * h * w * s->c);
    in = room;
  }
  const int icg = s->c / s->groups, ocg = s->oc / s->groups;
  const int pixel = s->sw * s->c, line = s->sh * w * s->c;
  const Grid grid = {s->oh, s->ow, pixel, line - s->ow * pixel, h * w * s->c - s->oh * line, s->oc, 0, 0};
  const int step = s->dw * s->c, one = step == icg;  // a line of the kernel is one run
  const Window k = {s->kh, one ? 1 : s->kw, one ? s->kw * icg : icg, s->dh * w * s->c - (s->kw - 1) * step - icg,
                    step - icg};
  for (int g = 0; g < s->groups; g++)
    matmul(n, &grid, &k, in + g * icg, weight + g * ocg * s->kh * s->kw * icg, ocg, bias + g * ocg, low,
           out + g * ocg);
}

// Convolution whose groups share a panel: depthwise, and groups of other than a multiple of four output channels.
#include "kernels.h"

// Each lane of a panel sees the channels of its own group. Padding is left out, not multiplied.
KERNEL void grouped(int n, const Conv* s, const float* in, const float* weight, const float* bias, float* out) {
  const int icg = s->c / s->groups, ocg = s->oc / s->groups;
  const int depthwise = icg == 1 && ocg == 1;
  for (int i = 0; i < n; i++, in += s->h * s->w * s->c) {
    for (int y = 0; y < s->oh; y++) {
      for (int x = 0; x < s->ow; x++, out += s->oc) {
        for (int c = 0; c < s->oc; c += 4) {
          int lane[4];
          for (int l = 0; l < 4; l++) lane[l] = least(c + l, s->oc - 1) / ocg * icg;
          v128_t sum = LOAD(bias + c);
          const float* w = weight + c * s->kh * s->kw * icg;
          for (int kh = 0; kh < s->kh; kh++) {
            const int ih = y * s->sh + kh * s->dh - s->ph;
            for (int kw = 0; kw < s->kw; kw++) {
              const int iw = x * s->sw + kw * s->dw - s->pw;
              if (ih < 0 || ih >= s->h || iw < 0 || iw >= s->w) {
                w += 4 * icg;
                continue;
              }
              const float* at = in + (ih * s->w + iw) * s->c;
              if (depthwise) {
                sum = MADD(LOAD(at + c), LOAD(w), sum);
                w += 4;
              } else {
                for (int k = 0; k < icg; k++, at++, w += 4)
                  sum = MADD(wasm_f32x4_make(at[lane[0]], at[lane[1]], at[lane[2]], at[lane[3]]), LOAD(w), sum);
              }
            }
          }
          store(out + c, sum, s->oc - c);
        }
      }
    }
  }
}

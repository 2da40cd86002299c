// Resampling along an axis: each element of the output is a short sum of weighted elements of the input.
#include "kernels.h"

KERNEL void resample(int n, int lines, int size, int inner, int places, int taps, const Tap* table, const float* in,
                     float* out) {
  for (n *= lines; n > 0; n--, in += size * inner) {
    const Tap* tap = table;
    for (int i = 0; i < places; i++, tap += taps, out += inner) {
      if (inner == 1) {  // single values are not worth a vector
        float sum = 0;
        for (int t = 0; t < taps; t++) sum += in[tap[t].at] * tap[t].factor;
        *out = sum;
        continue;
      }
      for (int j = 0; j < inner; j += 4) {
        v128_t sum = SPLAT(0);
        for (int t = 0; t < taps; t++) sum = MADD(LOAD(in + tap[t].at * inner + j), SPLAT(tap[t].factor), sum);
        store(out + j, sum, inner - j);
      }
    }
  }
}

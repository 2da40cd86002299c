// Move: values go elsewhere, box by box.
#include "kernels.h"

KERNEL void copy(float* to, const float* from, int count) {
  for (int i = 0; i < count; i += 4) store(to + i, LOAD(from + i), count - i);
}

KERNEL void fill(float* to, float value, int count) {
  for (int i = 0; i < count; i += 4) store(to + i, SPLAT(value), count - i);
}

static KERNEL void move_box(const Dim* dims, int count, const float* in, float* out) {
  if (!count) {
    *out = *in;
  } else if (count == 1 && dims->in == 1 && dims->out == 1) {
    copy(out, in, dims->size);
  } else if (count == 1) {
    for (int i = 0; i < dims->size; i++) out[i * dims->out] = in[i * dims->in];
  } else {
    for (int i = 0; i < dims->size; i++) move_box(dims + 1, count - 1, in + i * dims->in, out + i * dims->out);
  }
}

KERNEL void move(int n, const Dim* dims, int count, const float* in, int in_image, float* out, int out_image) {
  for (int i = 0; i < n; i++) move_box(dims, count, in + i * in_image, out + i * out_image);
}

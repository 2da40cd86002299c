// Dense: the batch is the rows.
#include "matmul.c"

KERNEL void dense(int n, const float* in, int k, const float* weight, const float* bias, int columns, float* out) {
  matmul(n, &(Grid){1, 1, k, 0, 0, columns, 0, 0}, &(Window){1, 1, k, 0, 0}, in, weight, columns, bias, out);
}

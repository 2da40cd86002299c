// Products of two activations: the right factor is put into panels, the left one is read where it lies.
#include "matmul.c"

KERNEL void product(int n, int matrices, int rows, int k, int columns, const float* a, const float* b, float low,
                    float* out, float* room) {
  const int wide = (columns + 3) & ~3;
  float* panels = room + wide;
  fill(room, 0, wide);
  for (n *= matrices; n > 0; n--, a += rows * k, b += k * columns, out += rows * columns) {
    float* to = panels;
    for (int column = 0; column < columns; column += 4)
      for (int i = 0; i < k; i++, to += 4) STORE(to, LOAD(b + i * columns + column));
    matmul(rows, &(Grid){1, 1, k, 0, 0, columns, 0, 0}, &(Window){1, 1, k, 0, 0}, a, panels, columns, room, low, out);
  }
}

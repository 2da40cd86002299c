// Four bands of an output's columns are drawn at once where that pays: their pixels share each fetch of weights.
// A mat4 then stands for four pixels, STEP columns of the input apart.
#if BANDS == 4
#define LANES mat4
vec4 one(int n, int y, int x, int c) {
  return x < 0 || x >= IW ? vec4(0) : in0(n, y, x, c);
}

mat4 lanes(int n, int y, int x, int c) {
  return mat4(one(n, y, x, c), one(n, y, x + STEP, c), one(n, y, x + 2 * STEP, c), one(n, y, x + 3 * STEP, c));
}

mat4 valid(mat4 v, int c, float fill) {
  return mat4(valid(v[0], c, fill), valid(v[1], c, fill), valid(v[2], c, fill), valid(v[3], c, fill));
}

mat4 each(vec4 v) {
  return mat4(v, v, v, v);
}
#else
#define LANES vec4
#define lanes in0
#define each(v) v
#endif

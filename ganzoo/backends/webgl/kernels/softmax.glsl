vec4 value(int n, int y, int x, int c) {
  vec4 m = vec4(-inf);
  for (int k = 0; k < C4; k++) m = max(m, valid(in0(n, y, x, k), k, -inf));
  float top = max(max(m.x, m.y), max(m.z, m.w));
  vec4 s = vec4(0);
  for (int k = 0; k < C4; k++) s += valid(exp(in0(n, y, x, k) - top), k, 0.0);
  return exp(in0(n, y, x, c) - top) / (s.x + s.y + s.z + s.w);
}

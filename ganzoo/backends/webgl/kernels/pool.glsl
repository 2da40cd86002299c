// join(a, b) joins two values, START is the first one.
vec4 value(int n, int y, int x, int c) {
  vec4 s = vec4(START);
  for (int i = 0; i < KH; i++) {
    int r = y * SH + i - PH;
    if (r < 0 || r >= IH) continue;
    for (int j = 0; j < KW; j++) {
      int q = x * SW + j - PW;
      if (q < 0 || q >= IW) continue;
      s = join(s, in0(n, r, q, c));
    }
  }
  return s / DIVISOR;
}

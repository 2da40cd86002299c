// OC is no multiple of four: the channels of a tap begin at column m, anywhere in a panel, and may end in the next one.
vec4 panel(int n, int y, int x, int p) {
  int t = WEIGHT + p * IC;
  vec4 s = vec4(0);
  for (int k = 0; k < IC / 4; k++) {
    s += weights(t) * in0(n, y, x, k);
    t += 4;
  }
  if (REST > 0) s += weights_rest(t) * valid(in0(n, y, x, IC / 4), IC / 4, 0.0);
  return s;
}

vec4 value(int n, int y, int x, int c) {
  vec4 s = weight(BIAS + c);
  for (int i = (y + PH) % SH; i < KH; i += SH) {
    int r = (y + PH - i) / SH;
    if (y + PH < i || r >= IH) continue;
    for (int j = (x + PW) % SW; j < KW; j += SW) {
      int q = (x + PW - j) / SW;
      if (x + PW < j || q >= IW) continue;
      int m = (i * KW + j) * OC + 4 * c, first = m & 3;
      vec4 a = panel(n, r, q, m >> 2), b = vec4(0);
      if (first + min(OC - 4 * c, 4) > 4) b = panel(n, r, q, (m >> 2) + 1);
      s += first == 0 ? a : first == 1 ? vec4(a.yzw, b.x) : first == 2 ? vec4(a.zw, b.xy) : vec4(a.w, b.xyz);
    }
  }
  return s;
}

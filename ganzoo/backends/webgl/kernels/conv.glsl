// All four channels of a texel see the same IC input channels, from texel FIRST on.
LANES value(int n, int y, int x, int c) {
  LANES s = each(weight(BIAS + c));
  for (int i = 0; i < KH; i++) {
    int r = y * SH + i * DH - PH;
    if (r < 0 || r >= IH) continue;
    for (int j = 0; j < KW; j++) {
      int q = x * SW + j * DW - PW;
      if (q + (BANDS - 1) * STEP < 0 || q >= IW) continue;
      int t = WEIGHT + ((c * KH + i) * KW + j) * IC;
      for (int k = 0; k < IC / 4; k++) {
        s += weights(t) * lanes(n, r, q, FIRST + k);
        t += 4;
      }
      if (REST > 0) s += weights_rest(t) * valid(lanes(n, r, q, IC / 4), IC / 4, 0.0);
    }
  }
  return s;
}

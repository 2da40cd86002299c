// Four output channels that are one panel of weights. Only taps that reach the pixel are visited.
LANES value(int n, int y, int x, int c) {
  LANES s = each(weight(BIAS + c));
  for (int i = (y + PH) % SH; i < KH; i += SH) {
    int r = (y + PH - i) / SH;
    if (y + PH < i || r >= IH) continue;
    for (int j = (x + PW) % SW; j < KW; j += SW) {
      int q = (x + PW - j) / SW;
      if (x + PW - j + (BANDS - 1) * STEP * SW < 0 || q >= IW) continue;
      int t = WEIGHT + ((i * KW + j) * C4 + c) * IC;
      for (int k = 0; k < IC / 4; k++) {
        s += weights(t) * lanes(n, r, q, k);
        t += 4;
      }
      if (REST > 0) s += weights_rest(t) * valid(lanes(n, r, q, IC / 4), IC / 4, 0.0);
    }
  }
  return s;
}

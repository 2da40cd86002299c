// A panel of four columns, over the rows FROM to TO of the input.
vec4 value(int n, int y, int x, int c) {
  int t = WEIGHT + PANEL * K + FROM * IW * IC;
  vec4 s = FROM == 0 ? weight(BIAS + PANEL) : vec4(0);
  for (int i = FROM; i < TO; i++) {
    for (int j = 0; j < IW; j++) {
      for (int k = 0; k < IC / 4; k++) {
        s += weights(t) * in0(n, i, j, k);
        t += 4;
      }
      if (REST > 0) {
        s += weights_rest(t) * valid(in0(n, i, j, IC / 4), IC / 4, 0.0);
        t += REST;
      }
    }
  }
  return s;
}

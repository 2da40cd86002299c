// Over RH rows, RW columns and, across channels, RC texels. join(a, b) joins two values, START is the first one.
vec4 value(int n, int y, int x, int c) {
  vec4 s = vec4(START);
  for (int i = 0; i < RH; i++) {
    for (int j = 0; j < RW; j++) {
      for (int k = 0; k < RC; k++) {
        vec4 v = in0(n, y + i, x + j, c + k);
        ?across s = join(s, valid(v, k, START));
        ?!across s = join(s, v);
      }
    }
  }
  ?across return vec4(join(join(s.x, s.y), join(s.z, s.w)));
  ?!across return s;
}

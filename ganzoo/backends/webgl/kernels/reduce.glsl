// Over RH rows, RW columns and, ACROSS channels, RC texels. OP(a, b) joins two values, START is the first one.
vec4 value(int n, int y, int x, int c) {
  vec4 s = vec4(START);
  for (int i = 0; i < RH; i++) {
    for (int j = 0; j < RW; j++) {
      for (int k = 0; k < RC; k++) {
        vec4 v = in0(n, y + i, x + j, c + k);
        s = OP(s, ACROSS ? valid(v, k, START) : v);
      }
    }
  }
  return ACROSS ? vec4(OP(OP(s.x, s.y), OP(s.z, s.w))) : s;
}

// at(n, i) is unit i of the output: a texel where UNIT is 4, else one value, in the first lane.
vec4 value(int n, int y, int x, int c) {
  int i = ((y * W + x) * OC + 4 * c) / UNIT;
  return UNIT == 4 ? at(n, i) : vec4(at(n, i).x, at(n, i + 1).x, at(n, i + 2).x, at(n, i + 3).x);
}

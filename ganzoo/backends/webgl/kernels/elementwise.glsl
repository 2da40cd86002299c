// VALUES declares what RESULT is computed from.
vec4 value(int n, int y, int x, int c) {
  VALUES
  return RESULT;
}

// TAPS places and factors for each element along the axis, whose element PLACE the output's is.
const vec2 taps[] = vec2[](TABLE);

?across float channel(int n, int y, int x, int c, int t) {
?across   vec2 tap = taps[min(c, OC - 1) * TAPS + t];
?across   int at = int(tap.x);
?across   return tap.y * lane(in0(n, y, x, at >> 2), at & 3);
?across }

vec4 value(int n, int y, int x, int c) {
  vec4 s = vec4(0);
  for (int t = 0; t < TAPS; t++) {
    ?!across vec2 tap = taps[PLACE * TAPS + t];
    ?!across int at = int(tap.x);
    ?!across s += tap.y * in0(n, LINE, PIXEL, c);
    ?across int k = 4 * c;
    ?across s += vec4(channel(n, y, x, k, t), channel(n, y, x, k + 1, t),
    ?across   channel(n, y, x, k + 2, t), channel(n, y, x, k + 3, t));
  }
  return s;
}

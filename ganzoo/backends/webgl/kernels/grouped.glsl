// The channels of a texel see different input channels: OC of them share IC, one group.
?!depthwise float channel(int n, int y, int x, int c) {
?!depthwise   return lane(in0(n, y, x, c >> 2), c & 3);
?!depthwise }

vec4 value(int n, int y, int x, int c) {
  vec4 s = weight(BIAS + c);
  ?!depthwise ivec4 first = (4 * c + ivec4(0, 1, 2, 3)) / OC * IC;
  for (int i = 0; i < KH; i++) {
    int r = y * SH + i * DH - PH;
    if (r < 0 || r >= IH) continue;
    for (int j = 0; j < KW; j++) {
      int q = x * SW + j * DW - PW;
      if (q < 0 || q >= IW) continue;
      int t = WEIGHT + ((c * KH + i) * KW + j) * IC;
      for (int k = 0; k < IC; k++) {
        ?depthwise s += weight(t + k) * in0(n, r, q, c);
        ?!depthwise ivec4 f = first + k;
        ?!depthwise s += weight(t + k)
        ?!depthwise   * vec4(channel(n, r, q, f.x), channel(n, r, q, f.y), channel(n, r, q, f.z), channel(n, r, q, f.w));
      }
    }
  }
  return s;
}

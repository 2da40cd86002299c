// The channels of a texel see different input channels: OC of them share IC, one group.
float channel(int n, int y, int x, int c) {
  return lane(in0(n, y, x, c >> 2), c & 3);
}

vec4 value(int n, int y, int x, int c) {
  vec4 s = weight(BIAS + c);
  ivec4 first = (4 * c + ivec4(0, 1, 2, 3)) / OC * IC;
  for (int i = 0; i < KH; i++) {
    int r = y * SH + i * DH - PH;
    if (r < 0 || r >= IH) continue;
    for (int j = 0; j < KW; j++) {
      int q = x * SW + j * DW - PW;
      if (q < 0 || q >= IW) continue;
      int t = WEIGHT + ((c * KH + i) * KW + j) * IC;
      for (int k = 0; k < IC; k++) {
        ivec4 f = first + k;
        vec4 v = DEPTHWISE ? in0(n, r, q, c)
          : vec4(channel(n, r, q, f.x), channel(n, r, q, f.y), channel(n, r, q, f.z), channel(n, r, q, f.w));
        s += weight(t + k) * v;
      }
    }
  }
  return s;
}

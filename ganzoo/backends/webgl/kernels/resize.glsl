// Positions are fractions with the denominators DY and DX; whole numbers keep them exact.
vec4 value(int n, int y, int x, int c) {
  int i = y * (IH - 1) / DY, j = x * (IW - 1) / DX;
  int r = min(i + 1, IH - 1), q = min(j + 1, IW - 1);
  float t = float(y * (IH - 1) % DY) / float(DY), u = float(x * (IW - 1) % DX) / float(DX);
  return mix(mix(in0(n, i, j, c), in0(n, i, q, c), u), mix(in0(n, r, j, c), in0(n, r, q, c), u), t);
}

// Stands after every kernel. Texel c of pixel (y, x) is at row n * ROWS + y, column x * C4 + c of the texture, or, FOLDED,
// where that counts to; of four BANDS, each WIDTH texels, the first one's pixel is what value() is asked for.
#if BANDS == 4
layout(location = 0) out vec4 o0;
layout(location = 1) out vec4 o1;
layout(location = 2) out vec4 o2;
layout(location = 3) out vec4 o3;
#else
out vec4 o;
#endif

void main() {
  int n = int(gl_FragCoord.y) / ROWS, y = int(gl_FragCoord.y) % ROWS, x = int(gl_FragCoord.x);
  if (FOLDED) {
    x += y * WIDTH;
    y = x / (W * C4);
    x %= W * C4;
  }
#if BANDS == 4
  mat4 s = value(n, y, x / C4, x % C4);
  o0 = activation(s[0]);
  o1 = activation(s[1]);
  o2 = activation(s[2]);
  o3 = activation(s[3]);
#else
  o = activation(value(n, y, x / C4, x % C4));
#endif
}

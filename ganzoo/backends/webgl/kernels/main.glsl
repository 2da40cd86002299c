// Stands after every kernel. Texel c of pixel (y, x) is at row n * ROWS + y, column x * C4 + c of the texture, or, folded,
// where that counts to; of four bands, each WIDTH texels, the first one's pixel is what value() is asked for.
?banded layout(location = $b) out vec4 o$b;
?!banded out vec4 o;

void main() {
  int n = int(gl_FragCoord.y) / ROWS, y = int(gl_FragCoord.y) % ROWS, x = int(gl_FragCoord.x);
  ?folded x += y * WIDTH;
  ?folded y = x / (W * C4);
  ?folded x %= W * C4;
  ?banded mat4 s = value(n, y, x / C4, x % C4);
  ?banded o$b = activation(s[$b]);
  ?!banded o = activation(value(n, y, x / C4, x % C4));
}

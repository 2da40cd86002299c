// One pixel outside of the image is as far out as any place.
vec4 pixel(int n, ivec2 p, int c) {
  return p.x < 0 || p.y < 0 || p.x >= IW || p.y >= IH ? vec4(0) : in0(n, p.y, p.x, c);
}

vec4 value(int n, int y, int x, int c) {
  vec2 at = clamp(in1(n, y, x, 0).xy, vec2(-1), vec2(IW, IH)), low = floor(at), t = at - low;
  ivec2 p = ivec2(low);
  vec4 top = mix(pixel(n, p, c), pixel(n, p + ivec2(1, 0), c), t.x);
  return mix(top, mix(pixel(n, p + ivec2(0, 1), c), pixel(n, p + ivec2(1), c), t.x), t.y);
}

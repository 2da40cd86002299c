// Four channels of a pixel. One pixel outside of the image is as far out as any place.
fn pixel(z: i32, p: vec2i, c: i32) -> vec4f {
  if (any(p < vec2i(0)) || any(p >= vec2i(IH, IW))) { return vec4f(); }
  return x0[((z * IH + p.x) * IW + p.y) * ICP + c];
}
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let c = i % ICP;
  let z = i32(g.z);
  let at = clamp(x1[z * OH * OW + i / ICP].yx, vec2f(-1), vec2f(IH, IW));
  let low = vec2i(floor(at));
  let t = at - floor(at);
  let top = mix(pixel(z, low, c), pixel(z, low + vec2i(0, 1), c), t.y);
  let end = mix(pixel(z, low + vec2i(1, 0), c), pixel(z, low + vec2i(1, 1), c), t.y);
  y[z * COUNT + i] = act(mix(top, end, t.x));
}

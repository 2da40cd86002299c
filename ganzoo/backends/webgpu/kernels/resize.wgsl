// Four channels of a pixel. The position in the input is a fraction of whole numbers, exact at every pixel.
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let c = i % CP;
  let o = vec2i(i / CP / OW, i / CP % OW) * vec2i(IH - 1, IW - 1);
  let d = max(vec2i(OH - 1, OW - 1), vec2i(1));
  let low = o / d;
  let high = min(low + 1, vec2i(IH - 1, IW - 1));
  let t = vec2f(o % d) / vec2f(d);
  let at = i32(g.z) * IH;
  let top = mix(x[((at + low.x) * IW + low.y) * CP + c], x[((at + low.x) * IW + high.y) * CP + c], t.y);
  let end = mix(x[((at + high.x) * IW + low.y) * CP + c], x[((at + high.x) * IW + high.y) * CP + c], t.y);
  y[i32(g.z) * COUNT + i] = act(mix(top, end, t.x));
}

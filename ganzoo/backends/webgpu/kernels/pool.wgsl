// Four channels of a pixel.
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let c = i % CP;
  let h0 = i / CP / OW * SH - PH;
  let w0 = i / CP % OW * SW - PW;
  var a = vec4f(START);
  for (var h = max(h0, 0); h < min(h0 + KH, IH); h++) {
    for (var s = max(w0, 0); s < min(w0 + KW, IW); s++) {
      let v = x[((i32(g.z) * IH + h) * IW + s) * CP + c];
      ?max a = max(a, v);
      ?!max a += v;
    }
  }
  ?!max a /= AREA;
  y[i32(g.z) * COUNT + i] = act(a);
}

// Four channels of the output, or one where channels are reduced.
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let c0 = i % OCP;
  let h0 = i / OCP / OW;
  let w0 = i / OCP % OW;
  var a = vec4f(START);
  for (var h = h0; h < h0 + NH; h++) {
    for (var s = w0; s < w0 + NW; s++) {
      for (var c = c0; c < c0 + NC; c++) {
        ?!across let v = x[((i32(g.z) * IH + h) * IW + s) * ICP + c];
        ?across let v = vec4f(x[((i32(g.z) * IH + h) * IW + s) * ICP * 4 + c]);
        ?sum a += v;
        ?!sum a = OP(a, v);
      }
    }
  }
  y[i32(g.z) * COUNT + i] = act(a);
}

// All channels of a pixel.
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let at = (i32(g.z) * COUNT + i) * CP;
  var top = x[at];
  for (var c = 1; c < C; c++) { top = max(top, x[at + c]); }
  var sum = 0.0;
  for (var c = 0; c < C; c++) { sum += exp(x[at + c] - top); }
  for (var c = 0; c < C; c += 4) {
    y[at / 4 + c / 4] = act(exp(vec4f(x[at + c], x[at + c + 1], x[at + c + 2], x[at + c + 3]) - top) / sum);
  }
}

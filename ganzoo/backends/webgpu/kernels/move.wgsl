// Four output values, each from the box that it lies in.
fn value(z: i32, i: u32) -> f32 {
  var v = f32(FILL);
  BOXES
  return v;
}
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let to = u32(i / CP * C + i % CP * 4);
  let z = i32(g.z);
  y[z * COUNT + i] = act(vec4f(value(z, to), value(z, to + 1), value(z, to + 2), value(z, to + 3)));
}

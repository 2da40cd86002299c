// Four channels of a pixel.
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let z = i32(g.z);
  let c = i % CP;
  let h = i / CP / OW;
  let s = i / CP % OW;
  y[z * COUNT + i] = VALUE;
}

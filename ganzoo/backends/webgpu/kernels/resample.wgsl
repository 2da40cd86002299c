// Four channels of a pixel; along the channels each of them has taps of its own.
const taps: array<array<vec2f, TAPS>, PLACES> = array(TABLE);
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let c = i % OCP;
  let h = i / OCP / OW;
  let s = i / OCP % OW;
  var a = vec4f();
  for (var t = 0; t < TAPS; t++) {
    ?!across let tap = taps[PLACE][t];
    ?!across let at = i32(tap.x);
    ?!across a += tap.y * x[((i32(g.z) * IH + LINE) * IW + PIXEL) * ICP + c];
    ?across let tap$l = taps[min(c * 4 + $l, OC - 1)][t];
    ?across let at = ((i32(g.z) * IH + h) * IW + s) * ICP * 4;
    ?across a[$l] += tap$l.y * x[at + i32(tap$l.x)];
  }
  y[i32(g.z) * COUNT + i] = act(a);
}

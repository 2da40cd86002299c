// TILE neighbours of a row, four output channels: each row of the right factor that is read serves the tile.
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let p = i / (QW * OH);
  let h = i / QW % OH;
  let q = i % QW * TILE;
  let to = (i32(g.z) * OH + h) * OW + q;
  let b = LINE * IC * OCP + p;
  var a$t = vec4f();
  ?blocks for (var k = 0; k < IC / 4; k++) {
    ?blocks let w$l = x1[b + (k * 4 + $l) * OCP];
    ?blocks let v$t = x0[(to + $t) * ICP + k];
    ?blocks a$t += v$t[$l] * w$l;
  ?blocks }
  ?tail let u$r = x1[b + (IC / 4 * 4 + $r) * OCP];
  ?tail let e$t = x0[(to + $t) * ICP + IC / 4];
  ?tail a$t += e$t[$r] * u$r;
  ?edge if (q + $t < OW) { y[(to + $t) * OCP + p] = act(a$t); }
  ?!edge y[(to + $t) * OCP + p] = act(a$t);
}

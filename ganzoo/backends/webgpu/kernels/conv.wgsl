// TILE neighbours of a row, four output channels (or all there are, if fewer): each weight that is read serves the tile.
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let p = i / (QW * OH);
  let h = i / QW % OH;
  let q = i % QW * TILE;
  var a$t = w[BIAS + p]LANES;
  for (var r = 0; r < KH; r++) {
    let ih = h * SH + r * DH - PH;
    ?padded if (ih < 0 || ih >= IH) { continue; }
    for (var s = 0; s < KW; s++) {
      let iw$t = (q + $t) * SW + s * DW - PW;
      ?padded let in$t = iw$t >= 0 && iw$t < IW;
      ?!padded let in$t = true;
      let at$t = ((i32(g.z) * IH + ih) * IW + iw$t) * ICP + p * 4 / OCG * (ICG / 4);
      let k = WEIGHT + (p * KH * KW + r * KW + s) * ICG;
      ?blocks for (var c = 0; c < ICG / 4; c++) {
        ?blocks let w$l = w[k + c * 4 + $l]LANES;
        ?blocks let v$t = select(vec4f(), x[at$t + c], in$t);
        ?blocks a$t += v$t[$l] * w$l;
      ?blocks }
      ?tail let u$r = w[k + ICG / 4 * 4 + $r]LANES;
      ?tail let e$t = select(vec4f(), x[at$t + ICG / 4], in$t);
      ?tail a$t += e$t[$r] * u$r;
    }
  }
  let to = ((i32(g.z) * OH + h) * OW + q) * OCP + p;
  ?edge if (q + $t < OW) { y[to + $t * OCP] = act(vec4f(a$t REST)); }
  ?!edge y[to + $t * OCP] = act(vec4f(a$t REST));
}

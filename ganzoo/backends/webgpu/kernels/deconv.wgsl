// Each output value gathers the taps of its phase, so that nothing multiplies zero: output row q * SH + f - PH, of phase
// f < SH, sees the kernel's rows f, f + SH, ..., and with them the input's rows q, q - 1, ...; columns likewise.
// TILE neighbours of one phase, four output channels (or all there are, if fewer).
?panels fn weight(m: i32, k: i32) -> vec4f { return w[WEIGHT + m / 4 * IC + k]; }
?!panels fn at(m: i32, k: i32) -> f32 { return w[(WEIGHT + m / 4 * IC + k) * 4 + m % 4]; }
?!panels fn weight(m: i32, k: i32) -> VEC { return VEC(COLUMNS); }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let f = i / (QW * QH) % (SH * SW);
  let p = i / (QW * QH * SH * SW);
  let qh = i / QW % QH + FH;
  let qw = i % QW * TILE + FW;
  let h = qh * SH + f / SW - PH;
  if (h < 0 || h >= OH) { return; }
  var a$t = VEC(BIASES);
  for (var r = f / SW; r < KH; r += SH) {
    let ih = qh - r / SH;
    if (ih < 0 || ih >= IH) { continue; }
    for (var s = f % SW; s < KW; s += SW) {
      let iw$t = qw + $t - s / SW;
      ?!padded let in$t = true;
      ?padded let in$t = iw$t >= 0 && iw$t < IW;
      let at$t = ((i32(g.z) * IH + ih) * IW + iw$t) * ICP;
      let m = (r * KW + s) * OC + p * 4;
      ?blocks for (var c = 0; c < IC / 4; c++) {
        ?blocks let w$l = weight(m, c * 4 + $l);
        ?blocks let v$t = select(vec4f(), x[at$t + c], in$t);
        ?blocks a$t += v$t[$l] * w$l;
      ?blocks }
      ?tail let u$r = weight(m, IC / 4 * 4 + $r);
      ?tail let e$t = select(vec4f(), x[at$t + IC / 4], in$t);
      ?tail a$t += e$t[$r] * u$r;
    }
  }
  let ow$t = (qw + $t) * SW + f % SW - PW;
  let to = (i32(g.z) * OH + h) * OW;
  if (ow$t >= 0 && ow$t < OW) { y[(to + ow$t) * OCP + p] = act(vec4f(a$t REST)); }
}

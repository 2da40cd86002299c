// A convolution in groups that do not fill blocks of four channels: every lane has input channels of its own.
// TILE neighbours of a row, four output channels.
?apart fn load(at: i32, c: vec4i) -> vec4f { return vec4f(x[at + c.x], x[at + c.y], x[at + c.z], x[at + c.w]); }
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) g: vec3u) {
  let i = i32(g.x + g.y * ROW);
  if (i >= COUNT) { return; }
  let p = i / (QW * OH);
  let h = i / QW % OH;
  let q = i % QW * TILE;
  ?apart let lanes = (p * 4 + vec4i(0, 1, 2, 3)) / OCG * ICG;
  var a$t = w[BIAS + p];
  for (var r = 0; r < KH; r++) {
    let ih = h * SH + r * DH - PH;
    if (ih < 0 || ih >= IH) { continue; }
    for (var s = 0; s < KW; s++) {
      let iw$t = (q + $t) * SW + s * DW - PW;
      let in$t = iw$t >= 0 && iw$t < IW;
      let at$t = ((i32(g.z) * IH + ih) * IW + iw$t) * ICP;
      let k = WEIGHT + (p * KH * KW + r * KW + s) * ICG;
      ?!apart a$t += w[k] * select(vec4f(), x[at$t + p], in$t);
      ?apart for (var c = 0; c < ICG; c++) {
        ?apart let b = w[k + c];
        ?apart a$t += b * select(vec4f(), load(at$t * 4, lanes + c), in$t);
      ?apart }
    }
  }
  let to = ((i32(g.z) * OH + h) * OW + q) * OCP + p;
  if (q + $t < OW) { y[to + $t * OCP] = act(a$t); }
}

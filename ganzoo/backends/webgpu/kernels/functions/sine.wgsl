// As v_sin of WebAssembly's math.c does it. The language's own may be off by 5e-4, and by anything beyond pi.
fn sine(x: vec4f) -> vec4f {
  let high = bitcast<vec4f>(bitcast<vec4u>(x) & vec4u(0xfffff000));
  let turns = high * 0.1591796875;
  let rest = turns - round(turns) + (high * -2.47444076e-5 + (x - high) * 0.159154937);
  let t = rest - round(rest);
  let s = min(abs(t), 0.5 - abs(t));
  let z = s * s;
  return sign(t) * s * (6.28318548 + z * (-41.3416786 + z * (81.6022339 + z * (-76.5749893 + z * 39.7109108))));
}

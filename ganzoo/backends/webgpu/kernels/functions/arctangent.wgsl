// As v_atan of WebAssembly's math.c does it. The language's own may be off by 5e-4.
fn arctangent(x: vec4f) -> vec4f {
  let size = abs(x);
  let s = min(size, vec4f(1)) / max(size, vec4f(1));
  let z = s * s;
  let far = 0.106409304 + z * (-0.0750428736 + z * (0.0426914357 + z * (-0.0160685778 + z * 0.00284987711)));
  let p = s + s * z * (-0.333330721 + z * (0.199926198 + z * (-0.142036438 + z * far)));
  return sign(x) * select(p, 1.57079637 - p, size > vec4f(1));
}

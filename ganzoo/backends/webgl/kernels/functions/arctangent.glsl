// As v_atan of WebAssembly's math.c does it. How exact the language's own is, is left open.
vec4 arctangent(vec4 x) {
  vec4 size = abs(x), s = min(size, 1.0) / max(size, 1.0), z = s * s;
  vec4 far = 0.106409304 + z * (-0.0750428736 + z * (0.0426914357 + z * (-0.0160685778 + z * 0.00284987711)));
  vec4 p = s + s * z * (-0.333330721 + z * (0.199926198 + z * (-0.142036438 + z * far)));
  return sign(x) * where_gt(size, vec4(1), 1.57079637 - p, p);
}

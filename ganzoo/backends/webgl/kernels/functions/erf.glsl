// As v_erf of WebAssembly's math.c does it.
vec4 erf(vec4 x) {
  vec4 s = min(abs(x), 4.0);
  vec4 far = -0.103253737 + s * (0.0204149149 + s * (-0.0015957813 + s * (-3.19940707e-4 + s * 6.94682478e-5)));
  return sign(x) * (1.0 - exp(s * (-1.12838376 + s * (-0.636536896 + s * far))));
}

// As v_sin of WebAssembly's math.c does it. How exact the language's own is, is left open.
vec4 sine(vec4 x) {
  vec4 high = uintBitsToFloat(floatBitsToUint(x) & 0xfffff000u), turns = high * 0.1591796875;
  vec4 rest = turns - round(turns) + (high * -2.47444076e-5 + (x - high) * 0.159154937);
  vec4 t = rest - round(rest), s = min(abs(t), 0.5 - abs(t)), z = s * s;
  return sign(t) * s * (6.28318548 + z * (-41.3416786 + z * (81.6022339 + z * (-76.5749893 + z * 39.7109108))));
}

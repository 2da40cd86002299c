// Stands before every kernel. A kernel defines value(): channels 4 c to 4 c + 3 of pixel (y, x) of image n.
// IH, IW, IC are the first input's shape, REST is IC % 4, C4 the texels of a pixel of the output;
// in0(n, y, x, c) is a texel of the first input. Lanes beyond the last channel hold anything: never compute from them.
// Texel t of the weights is in row ROW of layer LAYER of their texture.
#define inf 3.402823e38
precision highp float;
precision highp int;
precision highp sampler2DArray;

uniform sampler2DArray w;

vec4 weight(int t) {
  return texelFetch(w, ivec3(t & (SIZE - 1), ROW, LAYER), 0);
}

// four rows of a panel, from t on, as columns
mat4 weights(int t) {
  // aligned: they are in one row of the texture
  ?aligned ivec3 p = ivec3(t & (SIZE - 1), ROW, LAYER);
  ?aligned return mat4(texelFetch(w, p, 0), texelFetch(w, p + ivec3(1, 0, 0), 0),
  ?aligned   texelFetch(w, p + ivec3(2, 0, 0), 0), texelFetch(w, p + ivec3(3, 0, 0), 0));
  ?!aligned return mat4(weight(t), weight(t + 1), weight(t + 2), weight(t + 3));
}

// as many rows as the last texel of IC channels has values
mat4 weights_rest(int t) {
  return mat4(weight(t), REST > 1 ? weight(t + 1) : vec4(0), REST > 2 ? weight(t + 2) : vec4(0), vec4(0));
}

float lane(vec4 v, int i) {
  return i == 0 ? v.x : i == 1 ? v.y : i == 2 ? v.z : v.w;
}

// v, texel c of a pixel, with fill in the lanes beyond IC channels
vec4 valid(vec4 v, int c, float fill) {
  int n = IC - 4 * c;
  return vec4(v.x, n > 1 ? v.y : fill, n > 2 ? v.z : fill, n > 3 ? v.w : fill);
}

vec4 where_gt(vec4 a, vec4 b, vec4 c, vec4 d) {
  return vec4(a.x > b.x ? c.x : d.x, a.y > b.y ? c.y : d.y, a.z > b.z ? c.z : d.z, a.w > b.w ? c.w : d.w);
}

// The language's own tanh overflows on some drivers, and its pow knows no negative base.
vec4 tangent(vec4 v) {
  vec4 t = exp(-2.0 * abs(v));
  return sign(v) * (1.0 - t) / (1.0 + t);
}

vec4 sigmoid(vec4 v) {
  vec4 t = exp(-abs(v));
  return where_gt(v, vec4(0), vec4(1), t) / (1.0 + t);
}

vec4 softplus(vec4 v) {
  return max(v, 0.0) + log(1.0 + exp(-abs(v)));
}

vec4 power(vec4 a, vec4 b) {
  vec4 p = where_gt(abs(b), vec4(0), pow(abs(a), b), vec4(1));
  vec4 odd = abs(b - 2.0 * floor(b / 2.0 + 0.25));
  return where_gt(vec4(0), a, where_gt(odd, vec4(0.5), -p, p), p);
}

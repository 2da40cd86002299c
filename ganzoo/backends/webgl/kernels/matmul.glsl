// B is the line of the right factor. Four of its rows, from k on, are read as columns.
mat4 rows(int n, int y, int k, int c) {
  return mat4(in1(n, B, k, c), in1(n, B, k + 1, c), in1(n, B, k + 2, c), in1(n, B, k + 3, c));
}

// as many as the last texel of IC channels has values
mat4 rows_rest(int n, int y, int k, int c) {
  return mat4(in1(n, B, k, c), REST > 1 ? in1(n, B, k + 1, c) : vec4(0),
    REST > 2 ? in1(n, B, k + 2, c) : vec4(0), vec4(0));
}

LANES value(int n, int y, int x, int c) {
  LANES s = each(vec4(0));
  for (int k = 0; k < IC / 4; k++) s += rows(n, y, 4 * k, c) * lanes(n, y, x, k);
  if (REST > 0) s += rows_rest(n, y, IC - REST, c) * valid(lanes(n, y, x, IC / 4), IC / 4, 0.0);
  return s;
}

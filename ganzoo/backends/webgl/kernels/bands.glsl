// Four bands of an output's columns are drawn at once where that pays: their pixels share each fetch of weights.
// LANES is then mat4, which stands for four pixels, STEP columns of the input apart.
?banded vec4 one(int n, int y, int x, int c) {
?banded   return x < 0 || x >= IW ? vec4(0) : in0(n, y, x, c);
?banded }

?banded mat4 lanes(int n, int y, int x, int c) {
?banded   return mat4(one(n, y, x, c), one(n, y, x + STEP, c), one(n, y, x + 2 * STEP, c), one(n, y, x + 3 * STEP, c));
?banded }

?banded mat4 valid(mat4 v, int c, float fill) {
?banded   return mat4(valid(v[0], c, fill), valid(v[1], c, fill), valid(v[2], c, fill), valid(v[3], c, fill));
?banded }

?banded mat4 each(vec4 v) {
?banded   return mat4(v, v, v, v);
?banded }

?!banded #define lanes in0
?!banded #define each(v) v

/** The outline of a picture: the twin of ganzoo/edges.py, which tells how, bit for bit. */

export const OUTLINE = "outline"; // the name of an input that is one
const SHORTEST = 4 * 24; // gradient

/**
 * Black lines on white, 0 and 1.
 * @param {import("./resize.js").Planes} planes of any number of colours
 * @param {number} rows
 * @param {number} columns
 * @returns {Float64Array}
 */
export function outline(planes, rows, columns) {
  const size = rows * columns;
  const levels = planes.map((value) => Math.floor(Math.min(1, Math.max(0, value)) * 255 + 0.5));
  const inside = (/** @type {number} */ i, /** @type {number} */ n) => Math.min(n - 1, Math.max(0, i));
  return new Float64Array(size).map((_, i) => {
    const [y, x] = [Math.floor(i / columns), i % columns];
    const [above, below, left, right] = [inside(y - 1, rows), inside(y + 1, rows), inside(x - 1, columns), inside(x + 1, columns)];
    for (let plane = 0; plane < levels.length; plane += size) {
      const at = (/** @type {number} */ row, /** @type {number} */ column) => levels[plane + row * columns + column];
      const across = (/** @type {number} */ row) => at(row, right) - at(row, left);
      const down = (/** @type {number} */ column) => at(below, column) - at(above, column);
      const gx = across(above) + 2 * across(y) + across(below);
      const gy = down(left) + 2 * down(x) + down(right);
      if (gx * gx + gy * gy > SHORTEST ** 2) return 0;
    }
    return 1;
  });
}

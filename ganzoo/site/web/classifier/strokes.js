/** Strokes: what a pen drew, as a path to show and as a raster to read. */

/**
 * @typedef {[x: number, y: number]} Point in a pad of 0 to 1, y down
 * @typedef {Point[]} Stroke
 */

export const UNITS = 100; // a pad's side in its paths
// MNIST's lines are 2.6 of 20 pixels wide on average, half of them 2.2 to 3. Of the drawings in tests/support/strokes.py two
// networks trained on it read 98% with pens from 0.08 to 0.13 and 92% with 0.2; of thin lines as they are, 92%
const PEN = 0.12;
const SMALLEST = 0.02; // digit, in parts of the pad: a dot is not blown up

/**
 * For an SVG's `d`: smooth, from the middle between two points to the next. A single point is a dot.
 * @param {Stroke[]} strokes
 */
export function pathOf(strokes) {
  const text = (/** @type {number[]} */ point) => point.map((value) => (value * UNITS).toFixed(2)).join(" ");
  return strokes
    .map((stroke) => {
      const curves = stroke.slice(1, -1).map(([x, y], i) => {
        const [nextX, nextY] = stroke[i + 2];
        return `Q${text([x, y, (x + nextX) / 2, (y + nextY) / 2])}`;
      });
      return `M${text(stroke[0])}${curves.join("")}L${text(stroke[stroke.length - 1])}`;
    })
    .join("");
}

/**
 * What is drawn, its longer side `side` pixels, in round lines whose width is PEN of that. Not by a canvas: to guard
 * against fingerprints, private windows of some browsers falsify what is read back from one.
 * @param {Stroke[]} strokes
 * @param {number} side
 * @returns {{ ink: Float32Array, width: number }} ink in [0, 1], in rows
 */
export function rasterOf(strokes, side) {
  if (!strokes.length) return { ink: new Float32Array(0), width: 0 };
  let [left, top, right, bottom] = [1, 1, 0, 0];
  for (const [x, y] of strokes.flat()) {
    [left, top] = [Math.min(left, x), Math.min(top, y)];
    [right, bottom] = [Math.max(right, x), Math.max(bottom, y)];
  }
  const radius = (PEN * side) / 2;
  const scale = (side - 2 * radius) / Math.max(right - left, bottom - top, SMALLEST);
  const [width, height] = [right - left, bottom - top].map((length) => Math.ceil(length * scale + 2 * radius));
  const placed = strokes.map((stroke) => stroke.map(([x, y]) => [(x - left) * scale + radius, (y - top) * scale + radius]));
  return { ink: inkOf(placed, width, height, radius), width };
}

/**
 * Round lines on `width` x `height` pixels, each as dark as a line covers it.
 * @param {number[][][]} strokes lists of [x, y] in pixels
 * @param {number} width
 * @param {number} height
 * @param {number} radius of the lines, in pixels
 */
export function inkOf(strokes, width, height, radius) {
  const ink = new Float32Array(width * height);
  for (const points of strokes) {
    points.forEach(([x, y], i) => {
      const [fromX, fromY] = points[i - 1] ?? points[i];
      const [dx, dy] = [x - fromX, y - fromY];
      const length2 = dx * dx + dy * dy || 1;
      const [firstRow, endRow] = reach(fromY, y, radius, height);
      const [firstColumn, endColumn] = reach(fromX, x, radius, width);
      for (let row = firstRow; row < endRow; row++) {
        for (let column = firstColumn; column < endColumn; column++) {
          // from the pixel's middle to the nearest point of the line
          const [toX, toY] = [column + 0.5 - fromX, row + 0.5 - fromY];
          const t = Math.min(1, Math.max(0, (toX * dx + toY * dy) / length2));
          const distance = Math.sqrt((toX - t * dx) ** 2 + (toY - t * dy) ** 2);
          const at = row * width + column;
          ink[at] = Math.max(ink[at], Math.min(1, radius + 0.5 - distance));
        }
      }
    });
  }
  return ink;
}

/**
 * The pixels that a round line from `a` to `b` can touch: the first, and the one after the last.
 * @param {number} a
 * @param {number} b
 * @param {number} radius
 * @param {number} end
 */
const reach = (a, b, radius, end) => [
  Math.max(0, Math.floor(Math.min(a, b) - radius - 1)),
  Math.min(end, Math.ceil(Math.max(a, b) + radius + 1)),
];

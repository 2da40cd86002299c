/** What a network makes of a picture of any size: piece by piece, each as large as the network's input. */

import { normalized } from "../../../runtime/preprocess.js";
import { pictured } from "../reading.js";

/**
 * @typedef {import("../../../runtime/types.js").Spec} Spec
 * @typedef {object} Image
 * @property {ArrayLike<number>} values in [0, 1], one channel after another
 * @property {number[]} shape C, H, W
 */

const AT_ONCE = 8; // pieces in a run
const VALUES = 1 << 20; // in these

/**
 * How many times larger than a picture its result is; undefined where the network can only take whole pictures.
 * @param {Spec} input
 * @param {Spec} output
 */
export function ratioOf({ shape: [, height, width] }, { shape: [, newHeight, newWidth] }) {
  const ratio = newHeight / height;
  return Number.isInteger(ratio) && newWidth === ratio * width ? ratio : undefined;
}

/**
 * Where pieces of `size` begin, so that each shares a quarter or more with the next one, and the last ends at `length`.
 * @param {number} length
 * @param {number} size
 */
export function startsOf(length, size) {
  const shared = size >> 2;
  const n = Math.max(1, Math.ceil((length - shared) / (size - shared)));
  return Array.from({ length: n }, (_, i) => (i ? Math.round((i * (length - size)) / (n - 1)) : 0));
}

/**
 * The result for `image`, whose pieces fade into each other; undefined where `isWanted` no longer holds. Beyond its
 * right and lower edges a small image is continued by these.
 * @param {Spec} input
 * @param {Spec} output
 * @param {Image} image
 * @param {(values: Float32Array) => Promise<Float32Array>} run
 * @param {(part: number) => boolean | Promise<boolean>} isWanted is told how much is done
 * @returns {Promise<Image | undefined>}
 */
export async function converted(input, output, { values, shape: [channels, height, width] }, run, isWanted) {
  const [, rows, columns] = input.shape;
  const [planes, newRows, newColumns] = output.shape;
  const [down, across] = [newRows / rows, newColumns / columns];
  const [newHeight, newWidth] = [Math.round(height * down), Math.round(width * across)];
  const pieces = startsOf(height, rows).flatMap((top) => startsOf(width, columns).map((left) => ({ top, left })));
  const most = Math.max(channels * rows * columns, planes * newRows * newColumns);
  const atOnce = Math.max(1, Math.min(AT_ONCE, Math.floor(VALUES / most)));
  const sums = new Float32Array(planes * newHeight * newWidth);
  const weights = new Float32Array(newHeight * newWidth);
  for (let i = 0; i < pieces.length; i += atOnce) {
    if (!(await isWanted(i / pieces.length))) return;
    const some = pieces.slice(i, i + atOnce);
    const given = some.flatMap(({ top, left }) => Array.from(pieceOf(top, left)));
    const made = pictured(output, await run(normalized(input, given)));
    const size = made.length / some.length;
    some.forEach(({ top, left }, k) => add(made.subarray(k * size, (k + 1) * size), top * down, left * across));
  }
  const { length } = weights;
  return { values: sums.map((sum, i) => sum / weights[i % length]), shape: [planes, newHeight, newWidth] };

  /** @param {number} top @param {number} left */
  function pieceOf(top, left) {
    return new Float64Array(channels * rows * columns).map((_, i) => {
      const x = Math.min(width - 1, left + (i % columns));
      const y = Math.min(height - 1, top + (Math.floor(i / columns) % rows));
      return values[(Math.floor(i / (rows * columns)) * height + y) * width + x];
    });
  }

  /** @param {Float32Array} piece @param {number} top @param {number} left */
  function add(piece, top, left) {
    for (let y = 0; y < Math.min(newRows, newHeight - top); y++) {
      for (let x = 0; x < Math.min(newColumns, newWidth - left); x++) {
        const weight = inside(y, newRows) * inside(x, newColumns);
        const at = (top + y) * newWidth + left + x;
        weights[at] += weight;
        for (let c = 0; c < planes; c++) {
          sums[c * newHeight * newWidth + at] += weight * piece[(c * newRows + y) * newColumns + x];
        }
      }
    }
  }
}

/**
 * How far a pixel is from the nearer end, up to the quarter that two pieces share.
 * @param {number} i
 * @param {number} n
 */
const inside = (i, n) => Math.min(i + 1, n - i, Math.max(1, n >> 2));

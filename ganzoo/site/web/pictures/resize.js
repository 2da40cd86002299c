/** Pictures brought to a network's size: the twin of ganzoo/pictures.py, which tells how, to 1e-6. */

const GREY = [0.299, 0.587, 0.114];
const NEARLY = 1e-9;

/**
 * @typedef {object} Picture rows of red, green, blue and opacity, 0 to 255: an ImageData
 * @property {ArrayLike<number>} data
 * @property {number} width
 * @property {number} height
 * @property {boolean} [isDrawn] with a pen
 * @typedef {Float64Array} Planes red, green and blue in [0, 1], or grey alone, one plane after another
 * @typedef {[pixel: number, share: number][]} Shares what a new pixel has of those there are
 */

/**
 * As it looks on white.
 * @param {Picture} picture
 * @param {number[]} shape C, H, W of the network's input; C is 1 or 3
 * @param {"crop" | "fit" | "stretch"} resize
 */
export function resized({ data, width, height }, [channels, rows, columns], resize) {
  const [ratio, ratioAcross] = [height / rows, width / columns];
  const axis = { stretch, crop: crop(Math.min(ratio, ratioAcross)), fit: fit(Math.max(ratio, ratioAcross)) }[resize];
  const [down, across] = [axis(height, rows), axis(width, columns)];
  const planes = new Float64Array(3 * rows * columns);
  /** @type {Map<number, Float64Array>} rows that were brought to the new width, while they may be needed again */
  const narrow = new Map();
  const rowOf = (/** @type {number} */ y) => {
    const row = new Float64Array(3 * columns);
    across.forEach((shares, x) => {
      for (const [from, share] of shares) {
        const at = 4 * (y * width + from);
        const opacity = data[at + 3] / 255;
        for (let c = 0; c < 3; c++) row[c * columns + x] += share * ((data[at + c] / 255) * opacity + 1 - opacity);
      }
    });
    narrow.set(y, row);
    return row;
  };
  down.forEach((shares, y) => {
    for (const known of narrow.keys()) if (known < shares[0][0]) narrow.delete(known);
    for (const [from, share] of shares) {
      const row = narrow.get(from) ?? rowOf(from);
      row.forEach((value, i) => {
        const c = Math.floor(i / columns);
        planes[(c * rows + y) * columns + (i % columns)] += share * value;
      });
    }
  });
  if (channels === 3) return planes;
  const size = rows * columns;
  return planes.subarray(0, size).map((_, i) => GREY.reduce((sum, part, c) => sum + part * planes[c * size + i], 0));
}

/** @type {(n: number, room: number) => Shares[]} */
const stretch = (n, room) => sharesOf(n, 0, n / room, room);

/** @type {(step: number) => (n: number, room: number) => Shares[]} */
const crop = (step) => (n, room) =>
  sharesOf(n, Math.max(0, Math.floor((n - room * step) / 2 + NEARLY)), step, room);

/** @type {(step: number) => (n: number, room: number) => Shares[]} */
const fit = (step) => (n, room) => {
  const inner = Math.min(room, Math.max(1, Math.floor(n / step + 0.5)));
  const shares = sharesOf(n, 0, n / inner, inner);
  const margin = Math.floor((room - inner) / 2);
  return Array.from({ length: room }, (_, i) => shares[Math.min(inner - 1, Math.max(0, i - margin))]);
};

/**
 * @param {number} n pixels there are
 * @param {number} start
 * @param {number} step how many become one
 * @param {number} count
 * @returns {Shares[]}
 */
function sharesOf(n, start, step, count) {
  return Array.from({ length: count }, (_, i) => {
    const begin = start + i * step;
    /** @type {Shares} */
    const shares = [];
    if (step < 1) {
      const centre = Math.min(n - 1, Math.max(0, begin + step / 2 - 0.5));
      const first = Math.floor(centre);
      shares.push([first, 1 - centre + first]);
      if (first < n - 1) shares.push([first + 1, centre - first]);
    } else {
      for (let pixel = Math.floor(begin); pixel < Math.min(n, begin + step); pixel++) {
        shares.push([pixel, (Math.min(begin + step, pixel + 1) - Math.max(begin, pixel)) / step]);
      }
    }
    return shares;
  });
}

/** A drawing as a picture of MNIST: the twin of ganzoo/preprocess.py, which tells why, to 1e-6. */

const BOX = 20;
const IMAGE = 28;
const FAINT = 1 / 256;

/**
 * @param {ArrayLike<number>} drawing rows of `width` values in [0, 1], ink 1
 * @param {number} width
 * @param {number[]} shape C, H, W of the network's input
 * @returns {Float32Array<ArrayBuffer>} C x H x W values in [0, 1], every channel the same
 */
export function preprocess(drawing, width, [channels, height, columns]) {
  const image = new Float32Array(height * columns * channels);
  let [left, right, top, bottom] = [width, -1, 0, -1];
  for (let i = 0; i < drawing.length; i++) {
    if (!(drawing[i] > FAINT)) continue;
    const x = i % width;
    left = Math.min(left, x);
    right = Math.max(right, x);
    if (bottom < 0) top = (i - x) / width;
    bottom = (i - x) / width;
  }
  if (bottom < 0) return image;
  const ink = (/** @type {number} */ x, /** @type {number} */ y) => {
    const value = drawing[(top + y) * width + left + x];
    return value > FAINT ? Math.min(value, 1) : 0;
  };
  const [boxHeight, boxWidth] = [height, columns].map((room) => Math.max(1, Math.floor((room * BOX) / IMAGE)));
  const [h, w] = [bottom - top + 1, right - left + 1];
  const [side, box] = h / boxHeight >= w / boxWidth ? [h, boxHeight] : [w, boxWidth];
  const across = areas(w, side, box);
  const fitted = areas(h, side, box).map((row) =>
    across.map((column) => {
      let sum = 0;
      for (const [y, high] of row) for (const [x, wide] of column) sum += high * wide * ink(x, y);
      return sum;
    }),
  );
  const down = startOf(fitted.map(sumOf), height);
  const aside = startOf(across.map((_, x) => sumOf(fitted.map((row) => row[x]))), columns);
  for (let c = 0; c < channels; c++) {
    fitted.forEach((row, y) => image.set(row, (c * height + down + y) * columns + aside));
  }
  return image;
}

/**
 * When `side` pixels become `box`: for each pixel that comes of `n` the ones it covers, with their share of it.
 * @param {number} n
 * @param {number} side
 * @param {number} box
 */
function areas(n, side, box) {
  const step = side / box;
  const needed = Math.ceil((n * box) / side);
  return Array.from({ length: needed }, (_, i) => {
    const start = i * step - (needed * step - n) / 2;
    const shares = [];
    for (let pixel = Math.max(0, Math.floor(start)); pixel < Math.min(n, start + step); pixel++) {
      shares.push([pixel, (Math.min(start + step, pixel + 1) - Math.max(start, pixel)) / step]);
    }
    return shares;
  });
}

/**
 * Where the first pixel of `mass` goes, so that all of it is in and its centre in the middle pixel of `room`.
 * @param {number[]} mass
 * @param {number} room
 */
function startOf(mass, room) {
  const centre = sumOf(mass.map((value, i) => value * (i + 0.5))) / sumOf(mass);
  const start = Math.ceil(Math.floor(room / 2) - centre - 1e-9);
  return Math.min(Math.max(start, 0), room - mass.length);
}

/** @param {number[]} values */
const sumOf = (values) => values.reduce((a, b) => a + b);

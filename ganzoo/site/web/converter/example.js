/** A picture to begin with: hills under a sun. */

const SIDE = 192;

/** @returns {import("../pictures/resize.js").Picture} */
export function example() {
  const data = new Uint8ClampedArray(4 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) data.set([...colourOf((i % SIDE) / SIDE, Math.floor(i / SIDE) / SIDE), 255], 4 * i);
  return { data, width: SIDE, height: SIDE };
}

/**
 * @param {number} x from 0 to 1
 * @param {number} y likewise, down
 * @returns {number[]} red, green, blue
 */
function colourOf(x, y) {
  const furrows = 14 * Math.sin(90 * (x - 0.4) * (1.6 - y));
  if (y > 0.74 + 0.05 * Math.sin(8 * x + 1)) return [92 + furrows, 128 + furrows, 60];
  if (y > 0.58 + 0.07 * Math.sin(6 * x + 4)) return [70, 122 - 60 * (y - 0.6), 104];
  if (Math.hypot(x - 0.7, y - 0.28) < 0.1) return [255, 226, 140];
  return [120 + 150 * y, 172 + 70 * y, 226];
}

/** Seeded noise, bit for bit that of ganzoo/noise.py, which names the sources. Seeds and streams: 0 to 2 ** 32 - 1. */

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];

/**
 * Random 32-bit words. Math.log and its kin differ from browser to browser in the last bit: nothing here needs them.
 * @param {number} seed
 * @param {number} n
 * @param {number} [stream]
 */
export function bits(seed, n, stream = 0) {
  const keys = [seed, stream, seed ^ stream ^ 0x1bd11bda];
  const words = new Uint32Array(n + 1);
  for (let at = 0; at < n; at += 2) {
    let x = (at / 2 + seed) | 0;
    let y = stream | 0;
    for (let i = 0; i < 20; i++) {
      x = (x + y) | 0;
      y = ((y << ROTATIONS[i % 8]) | (y >>> (32 - ROTATIONS[i % 8]))) ^ x;
      if (i % 4 === 3) {
        const turn = (i + 1) / 4;
        x = (x + keys[turn % 3]) | 0;
        y = (y + keys[(turn + 1) % 3] + turn) | 0;
      }
    }
    words[at] = x;
    words[at + 1] = y;
  }
  return words.subarray(0, n);
}

/**
 * From N(0, 1).
 * @param {number} seed
 * @param {number} n
 */
export function normal(seed, n, stream = 0) {
  return Float32Array.from(bits(seed, n, stream), (word) => {
    const q = (word + 0.5) / 2 ** 32 - 0.5;
    let r = 0.5 - Math.abs(q);
    if (r >= 0.075) {
      r = 0.180625 - q * q;
      return (
        (q * (((59.10937472 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)) /
        (((67.1875636 * r + 78.757757664) * r + 17.895169469) * r + 1)
      );
    }
    r = Math.sqrt(-log(r)) - 1.6;
    return (
      ((q < 0 ? -1 : 1) * (((0.17023821103 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777)) /
      ((0.12021132975 * r + 0.7370016425) * r + 1)
    );
  });
}

/**
 * Even over [low, high].
 * @param {number} seed
 * @param {number} n
 */
export function uniform(seed, n, low = 0, high = 1, stream = 0) {
  return Float32Array.from(bits(seed, n, stream), (word) => low + (high - low) * ((word + 0.5) / 2 ** 32));
}

/** @param {number} x in (0, 0.5) */
function log(x) {
  let exponent = 0;
  for (; x < 0.5; exponent--) x *= 2;
  const s = (x - 0.75) / (x + 0.75);
  const t = s * s;
  const series = 1 + t * (1 / 3 + t * (1 / 5 + t * (1 / 7 + t * (1 / 9 + t * (1 / 11 + t / 13)))));
  return 2 * s * series + (exponent * 0.6931471805599453 - 0.2876820724517809);
}

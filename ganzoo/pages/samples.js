/** Samples of one array per input, as a batch and back. */

/**
 * The first `n` samples, from the beginning again where there are fewer: an array per input.
 * @param {Float32Array[][]} samples
 * @param {number} n
 * @returns {Float32Array[]}
 */
export function joined(samples, n) {
  return samples[0].map((_, i) => {
    const size = samples[0][i].length;
    const whole = new Float32Array(n * size);
    for (let k = 0; k < n; k++) whole.set(samples[k % samples.length][i], k * size);
    return whole;
  });
}

/**
 * @param {Float32Array[]} arrays one per output, of `n` samples
 * @param {number} n
 * @returns {Float32Array[][]} windows on them: one per output, of each sample
 */
export function parted(arrays, n) {
  return Array.from({ length: n }, (_, k) =>
    arrays.map((values) => values.subarray((k * values.length) / n, ((k + 1) * values.length) / n)),
  );
}

/** Encodings other than f32, fetched by who needs them: docs/bundle.md. */

/**
 * @param {import("./types.js").WeightTensor[]} tensors
 * @param {ArrayBuffer} bytes
 */
export function decode(tensors, bytes) {
  const all = new Float32Array(tensors.reduce((sum, { values }) => sum + values, 0));
  const words = new Uint32Array(all.buffer);
  for (const { encoding, shape, offset, at, values } of tensors) {
    if (encoding === "f32") all.set(new Float32Array(bytes, at, values), offset);
    else if (encoding === "f16") {
      const halves = new Uint16Array(bytes, at, values);
      for (let i = 0; i < values; i++) {
        // exponent and fraction in their new places; 2 ** 112 is between the biases, and mends subnormals too
        words[offset + i] = ((halves[i] & 0x8000) << 16) | ((halves[i] & 0x7fff) << 13);
        all[offset + i] *= 2 ** 112;
      }
    } else {
      // a scale for each column, in panels of four
      const scales = new Float32Array(bytes, at, 4 * shape[0]);
      const int8 = new Int8Array(bytes, at + scales.byteLength, values);
      const panel = 4 * shape[1];
      for (let i = 0; i < values; i++) all[offset + i] = int8[i] * scales[4 * Math.floor(i / panel) + (i % 4)];
    }
  }
  return all;
}

import assert from "node:assert/strict";
import { test } from "node:test";

import { converted, ratioOf, startsOf } from "../../../ganzoo/site/web/converter/tiles.js";

const spec = (name, shape, range = null) => ({ name, shape, meaning: "image", range, parts: [] });

test("pieces cover all, share a quarter, and end where the picture does", () => {
  for (const [length, size] of [[100, 24], [24, 24], [25, 24], [7, 24], [3, 1], [1, 1], [999, 64]]) {
    const starts = startsOf(length, size);
    assert.equal(starts[0], 0);
    const last = starts.at(-1);
    assert.ok(length <= size ? starts.length === 1 : last + size === length, `${length}: ${starts}`);
    starts.slice(1).forEach((start, i) => {
      assert.ok(start > starts[i] && starts[i] + size - start >= size >> 2, `${length}, ${size}: ${starts}`);
    });
  }
});

test("only a whole ratio, the same both ways, goes piece by piece", () => {
  const ratio = (from, to) => ratioOf(spec("x", from), spec("y", to));
  assert.equal(ratio([3, 24, 24], [3, 48, 48]), 2);
  assert.equal(ratio([1, 24, 30], [3, 24, 30]), 1);
  for (const to of [[3, 48, 24], [3, 12, 12], [3, 36, 36]]) assert.equal(ratio([3, 24, 24], to), undefined);
});

/** A network that doubles each pixel, within ranges of its own. */
const input = spec("x", [1, 8, 8], [-1, 1]);
const output = spec("y", [1, 16, 16], [0, 255]);
async function doubled(values) {
  const made = new Float32Array(4 * values.length);
  made.forEach((_, i) => {
    const [piece, y, x] = [Math.floor(i / 256), Math.floor((i % 256) / 16), i % 16];
    made[i] = (255 * (values[64 * piece + 8 * (y >> 1) + (x >> 1)] + 1)) / 2;
  });
  return made;
}

for (const [width, height] of [[30, 21], [8, 8], [5, 3], [9, 40]]) {
  test(`a picture of ${width} x ${height} has no seams, whatever its pieces`, async () => {
    const values = Float64Array.from({ length: width * height }, (_, i) => ((i * 37) % 101) / 101);
    const parts = [];
    const isWanted = (part) => parts.push(part) > 0;
    const made = await converted(input, output, { values, shape: [1, height, width] }, doubled, isWanted);
    assert.deepEqual(made.shape, [1, 2 * height, 2 * width]);
    made.values.forEach((value, i) => {
      const [y, x] = [Math.floor(i / (2 * width)) >> 1, (i % (2 * width)) >> 1];
      assert.ok(Math.abs(value - values[y * width + x]) < 1e-6, `${x}, ${y}`);
    });
    assert.equal(parts[0], 0);
    assert.ok(parts.every((part, i) => part < 1 && (!i || part > parts[i - 1])));
  });
}

test("pieces that differ fade into each other", async () => {
  let piece = 0;
  const flat = async (values) => {
    const made = new Float32Array(4 * values.length);
    for (let i = 0; i < made.length; i += 256) made.fill(255 * piece++, i, i + 256);
    return made;
  };
  const values = new Float64Array(14 * 8);
  const { values: made } = await converted(input, output, { values, shape: [1, 8, 14] }, flat, () => true);
  const row = made.subarray(0, 28);
  assert.equal(row[0], 0);
  assert.equal(row[27], 1);
  row.slice(1).forEach((value, i) => assert.ok(value >= row[i] && value - row[i] <= 0.34, `${row}`));
});

test("what is no longer wanted ends", async () => {
  let runs = 0;
  const run = async (values) => (runs++, doubled(values));
  const shape = [1, 100, 100];
  const made = await converted(input, output, { values: new Float64Array(1e4), shape }, run, (part) => part < 0.2);
  assert.equal(made, undefined);
  assert.ok(runs > 0 && runs < 12);
});

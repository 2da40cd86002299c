import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "../../../ganzoo/backends/webassembly/webassembly.js";

const text = (name) => [name.length, ...Buffer.from(name)];
const leb = (value) => (value < 64 ? [value] : [(value & 127) | 128, value >> 7]);
const section = (id, content) => [id, ...leb(content.length), ...content];
const globals = { weights: 0, x: 128, odd: 130, end: 8192 - 8 };

/** A page of memory; `run` does nothing, so that an output in the place of an input is its copy. */
const wasm = Uint8Array.from([
  ...[0, 97, 115, 109, 1, 0, 0, 0],
  ...section(1, [1, 96, 1, 127, 0]),
  ...section(3, [1, 0]),
  ...section(5, [1, 0, 1]),
  ...section(6, [4, ...Object.values(globals).flatMap((at) => [127, 0, 65, ...(at < 64 ? [at] : [(at & 127) | 128, ...leb(at >> 7)]), 11])]),
  ...section(7, [6, ...text("memory"), 2, 0, ...text("run"), 0, 0, ...Object.keys(globals).flatMap((name, i) => [...text(name), 3, i])]),
  ...section(10, [1, 2, 0, 11]),
]);

const port = { slot: "x", pixels: 2, channels: 3 };
const made = ({ batch = 2, input = port, output = input, weights = new Float32Array(32) } = {}) =>
  create({ entry: { batch, inputs: [input], outputs: [output] }, weights, file: async () => wasm });

test("samples go in and out as C, H, W, in as many runs as it takes", async () => {
  const device = await made();
  const x = Float32Array.from({ length: 5 * 6 }, (_, i) => i);
  assert.deepEqual(device.run([x], 5), [x]);
});

const WRONG = {
  "half a sample at once": { batch: 1.5 },
  "no sample at once": { batch: 0 },
  "a batch that is no number": { batch: "2" },
  "no batch": { batch: null },
  "parts of pixels": { input: { ...port, pixels: 1.5, channels: 4 } },
  "no channels": { input: { ...port, channels: undefined } },
  "an unknown slot": { input: { ...port, slot: "y" } },
  "a function for a slot": { input: { ...port, slot: "run" } },
  "a slot between values": { input: { ...port, slot: "odd" } },
  "more samples than there is room for": { batch: 3000 },
  "an output beyond the memory": { output: { ...port, slot: "end", pixels: 40000 } },
  "weights beyond the memory": { weights: new Float32Array(20000) },
};

for (const [what, how] of Object.entries(WRONG)) {
  test(`a program with ${what} is refused`, async () => {
    await assert.rejects(made(how), RangeError);
  });
}

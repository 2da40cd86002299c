/** What a model computes, and what its run refuses. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { normal } from "../../../ganzoo/runtime/noise.js";
import { bundle, expected, serve } from "./bundle.mjs";
import { close, fails, image, load, loaded, rows, x } from "./loading.mjs";

for (const encoding of ["f32", "f16", "int8"]) {
  for (const shards of [1, 3]) {
    test(`${encoding} in ${shards} shards`, async () => {
      const model = await loaded({}, { encoding, shards });
      const { y, s } = await model.run({ z: x.slice(0, 3), label: 1, image });
      const right = expected(x, image);
      close(y, right.y);
      close(s, right.s);
    });
  }
}

test("a folder is named with or without its slash, or by its manifest", async () => {
  const { url } = serve(bundle());
  for (const end of ["", "/", "/manifest.json", "?v=1"]) await load(url + end, { backend: "alpha" });
});

test("labels are a class, classes, or rows, and batches agree", async () => {
  const model = await loaded();
  const z = normal(1, 6);
  const images = [...image, ...image];
  const right = [0, 1].map((label, i) => expected([...z.slice(3 * i, 3 * i + 3), 1 - label, label], image).y);
  for (const label of [[0, 1], new Uint8Array([0, 1]), [1, 0, 0, 1], new Float32Array([1, 0, 0, 1])]) {
    const { y } = await model.run({ label, z, image: images });
    close(y, [...right[0], ...right[1]]);
  }
  const same = expected([...z.slice(3), 0, 1], image).y;
  close((await model.run({ z, label: 1, image: images })).y.slice(4), same);
  close((await model.run({ z: z.slice(3), label: [1], image })).y, same);
  close((await model.run({ z: z.slice(3), label: [0, 1], image })).y, same);
  close((await model.run({ x: [...z.slice(3), 0, 1], image })).y, same);
});

test("outputs are the caller's to keep", async () => {
  const model = await loaded();
  const first = await model.run({ x, image });
  const before = [...first.y];
  await model.run({ x: [9, 9, 9, 1, 0], image });
  assert.deepEqual([...first.y], before);
});

test("runs that are called together come one after another, with the values of their calls", async () => {
  const model = await loaded();
  let busy = 0;
  faults.alpha = { run: null };
  const runs = devices[0].run;
  devices[0].run = async (...given) => {
    assert.equal(busy++, 0);
    await new Promise((resolve) => setTimeout(resolve, 2));
    const outputs = await runs(...given);
    busy--;
    return outputs;
  };
  const mine = x.slice();
  const first = model.run({ x: mine, image });
  mine.fill(7);
  const [a, b] = await Promise.all([first, model.run({ x: [1, 1, 1, 1, 0], image })]);
  close(a.y, expected(x, image).y);
  close(b.y, expected([1, 1, 1, 1, 0], image).y);
});

test("noise is by name, by seed and by stream", async () => {
  const model = await loaded();
  assert.deepEqual(Object.keys(model.noise(5)), ["z"]);
  assert.deepEqual([...model.noise(5, 2).z], [...normal(5, 6)]);
  await model.run({ ...model.noise(5), label: 0, image });
  for (const seed of [-1, 2 ** 32, 0.5, NaN, "1", undefined, 7n, Symbol(), {}, Object.create(null)]) {
    await fails((async () => model.noise(seed))(), { code: "input", field: "seed" });
  }
  for (const count of [0, -1, 0.5, 1 / 3, NaN, Infinity, "1", null, 1n, Symbol(), 2 ** 28]) {
    await fails((async () => model.noise(1, count))(), { code: "input", field: "count" });
  }
});

// What it refuses

const WRONG = {
  "an unknown name": [{ x, image, y: [1] }, "y"],
  "a part beside its whole": [{ x, z: [1, 2, 3], image }, "z"],
  "a missing input": [{ x }, "image"],
  "a missing part": [{ z: [1, 2, 3], image }, "label"],
  "a short input": [{ x: [1], image }, "x"],
  "an empty input": [{ x: [], image }, "x"],
  "batches that differ": [{ x, image: [...image, ...image] }, "image"],
  "a NaN": [{ x: [NaN, 1, 1, 1, 1], image }, "x"],
  "an infinity": [{ x: [1, 1, 1, 1, -Infinity], image }, "x"],
  "more than float32 holds": [{ x: [1e39, 1, 1, 1, 1], image }, "x"],
  // where sums overflow, backends differ
  "more than any noise is": [{ x: [3e38, 1, 1, 1, 1], image }, "x"],
  "a hole": [{ x: [1, , 1, 1, 1], image }, "x"], // eslint-disable-line no-sparse-arrays
  "a value out of its range": [{ x, image: [0, 0, 255, 0] }, "image"],
  "a label that is no class": [{ z: [1, 2, 3], label: 2, image }, "label"],
  "a negative label": [{ z: [1, 2, 3], label: -1, image }, "label"],
  "half a label": [{ z: [1, 2, 3], label: 0.5, image }, "label"],
  "a label that is NaN": [{ z: [1, 2, 3], label: NaN, image }, "label"],
  "a symbol for a label": [{ z: [1, 2, 3], label: [Symbol()], image }, "label"],
  "a label of 64 bits": [{ z: [1, 2, 3], label: [0n], image }, "label"],
  "a text label": [{ z: [1, 2, 3], label: ["1"], image }, "label"],
  "labels of another batch": [{ z: [1, 2, 3], label: [0, 1, 0], image }, "label"],
  "a number for a list": [{ z: 1, label: 0, image }, "z"],
  "a text": [{ x: "12345", image }, "x"],
  "null": [{ x: null, image }, "x"],
  "null for a number": [{ x: [null, 1, 1, 1, 1], image }, "x"],
  "texts for numbers": [{ x: ["1", 1, 1, 1, 1], image }, "x"],
  "truth for a number": [{ x: [true, 1, 1, 1, 1], image }, "x"],
  "lists for numbers": [{ x: [[1], 1, 1, 1, 1], image }, "x"],
  "64-bit integers": [{ x: new BigInt64Array(5), image }, "x"],
  "labels of 64 bits": [{ z: [1, 2, 3], label: new BigInt64Array(1), image }, "label"],
  "an endless list": [{ x: { length: Infinity }, image }, "x"],
  "nothing": [undefined, "image"],
  "a name of Object": [{ x, image, constructor: [1] }, "constructor"],
};

for (const [what, [values, field]] of Object.entries(WRONG)) {
  test(`run refuses ${what}`, async () => {
    const model = await loaded();
    if (what === "nothing") await fails(model.run(values), { code: "input" });
    else await fails(model.run(values), { code: "input", field });
    await model.run({ x, image });
  });
}

/** A bundle whose first output is a picture of the shape. */
function pictures(shape) {
  const made = bundle();
  made.manifest.outputs[0].shape = shape;
  return serve(made).url;
}

test("draw refuses what it cannot paint, or paint on, and the device goes on", async () => {
  globalThis.ImageData = class {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  };
  const painted = [];
  const canvas = { getContext: () => ({ putImageData: (each) => painted.push(each) }) };
  for (const shape of [[4], [2, 2], [2, 1, 2], [4, 1, 1]]) {
    const model = await load(pictures(shape), { backend: "alpha" });
    await fails(model.draw(canvas, { x, image }), { code: "input", field: "y" });
    assert.equal(devices.at(-1).runs, 1); // the self-test's
  }
  const model = await load(pictures([1, 2, 2]), { backend: "alpha" });
  const device = devices.at(-1);
  for (const none of [null, undefined, "canvas", {}, { getContext: () => null }]) {
    await fails(model.draw(none, { x, image }), { code: "input", field: "canvas" });
  }
  device.draw = async () => false; // as WebGPU on a canvas that is another's
  await model.draw(canvas, { x, image });
  assert.deepEqual([canvas.width, canvas.height, painted.length], [2, 2, 1]);
  assert.deepEqual(painted[0].data, Uint8ClampedArray.from([...expected(x, image).y].flatMap((v) => [v, v, v, 1].map((w) => 255 * w))));
  device.draw = async (...given) => void painted.push(given);
  await model.draw(canvas, { x, image });
  assert.equal(painted[1][0], canvas);
  assert.equal(device.destroyed, 0);
  assert.deepEqual(rows(model), ["alpha"]);
});

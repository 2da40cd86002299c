import assert from "node:assert/strict";
import { test } from "node:test";

import { paint } from "../../../ganzoo/runtime/device.js";
import { noise, pack } from "../../../ganzoo/runtime/inputs.js";
import { normal, uniform } from "../../../ganzoo/runtime/noise.js";
import { expected, serve, bundle } from "./bundle.mjs";
import { image, load, x } from "./loading.mjs";

globalThis.ImageData ??= class {
  constructor(width, height) {
    Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
  }
};
const painted = [];
const canvas = { getContext: () => ({ putImageData: ({ data }) => painted.push([...data].filter((_, i) => i % 4 === 0)) }) };

test("a picture is black where its range begins and white where it ends", async () => {
  paint(canvas, [1, 1, 4], [-1, -0.5, 0, 1], 1, [-1, 1]);
  assert.deepEqual(painted.pop(), [0, 64, 128, 255]);
  paint(canvas, [1, 1, 4], [-1, 0, 0.5, 2], 1, null);
  assert.deepEqual(painted.pop(), [0, 0, 128, 255]);

  const made = bundle();
  Object.assign(made.manifest.outputs[0], { shape: [1, 2, 2], range: [-2, 2] });
  const model = await load(serve(made).url, { backend: "alpha" });
  await model.draw(canvas, { x, image });
  const right = [...expected(x, image).y].map((value) => (255 * (value + 2)) / 4);
  assert.deepEqual(painted.pop(), [...Uint8ClampedArray.from(right)]);
});

const SPECS = [
  {
    name: "x",
    shape: [6],
    meaning: "latent",
    range: [-0.5, 2],
    parts: [
      { name: "z", size: 3, meaning: "latent", distribution: "uniform" },
      { name: "w", size: 1, meaning: "latent" },
      { name: "label", size: 2, meaning: "onehot" },
    ],
  },
  { name: "u", shape: [5], meaning: "latent", range: null, parts: [], distribution: "uniform" },
];

test("noise is from the distribution that is declared, over the input's range", () => {
  assert.deepEqual(noise(SPECS, 7, 2), {
    z: uniform(7, 6, -0.5, 2, 0),
    w: normal(7, 2, 1),
    u: uniform(7, 10, -1, 1, 3),
  });
});

test("a part is held to its input's range", () => {
  const { arrays } = pack(SPECS, { ...noise(SPECS, 3, 1), w: [2], label: 1 });
  assert.equal(arrays[0].length, 6);
  assert.throws(() => pack(SPECS, { ...noise(SPECS, 3, 1), w: [2.5], label: 1 }), { code: "input", field: "w" });
});

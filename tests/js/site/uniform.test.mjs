import assert from "node:assert/strict";
import { test } from "node:test";

import { pack } from "../../../ganzoo/runtime/inputs.js";
import { uniform } from "../../../ganzoo/runtime/noise.js";
import { pictured } from "../../../ganzoo/site/web/reading.js";
import { DEFAULTS } from "../../../ganzoo/site/web/generator/address.js";
import { Space } from "../../../ganzoo/site/web/generator/space.js";

const inputs = [{ name: "z", shape: [4], meaning: "latent", range: [0, 1], parts: [], distribution: "uniform" }];
const space = new Space({ inputs });
const at = (more) => pack(inputs, space.values([{ ...DEFAULTS, ...more }])).arrays[0];

test("uniform noise reaches the network bit for bit", () => {
  assert.deepEqual(at({ seed: 5 }), uniform(5, 4, 0, 1));
});

test("less variation is nearer to the mean, which is the middle of the range", () => {
  assert.deepEqual([...at({ seed: 5, truncation: 0 })], [0.5, 0.5, 0.5, 0.5]);
  const half = uniform(5, 4, 0, 1).map((value) => 0.5 + (value - 0.5) / 2);
  assert.deepEqual(at({ seed: 5, truncation: 0.5 }), half);
});

test("walks, directions and more variation stay in the range, so that no picture is refused", () => {
  space.directions = [Float32Array.of(1, 0, 0, 0)];
  const moved = [{ seed: 5, d: [3] }, { seed: 5, truncation: 9 }, { seed: 5, to: 6, at: 0.5, truncation: 2 }];
  for (const each of moved) assert(at(each).every((value) => value >= 0 && value <= 1));
  assert.equal(at(moved[0])[0], 1);
});

test("a picture of any range is one in [0, 1], as the reader, the strip and saved files have it", () => {
  assert.deepEqual([...pictured({ range: [-1, 1] }, Float32Array.of(-1, 0, 1))], [0, 0.5, 1]);
  assert.deepEqual([...pictured({ range: null }, Float32Array.of(0, 0.25))], [0, 0.25]);
});

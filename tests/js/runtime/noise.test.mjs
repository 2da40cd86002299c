import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bits, normal, uniform } from "../../../ganzoo/runtime/noise.js";

const vectors = JSON.parse(readFileSync(new URL("../../data/noise.json", import.meta.url), "utf8"));
const words = (array) => [...new Uint32Array(array.buffer, array.byteOffset, array.length)];

test("noise is the committed vectors, bit for bit", () => {
  for (const { seed, stream, bits: b, normal: z, uniform: u } of vectors) {
    assert.deepEqual([...bits(seed, b.length, stream)], b);
    assert.deepEqual(words(normal(seed, z.length, stream)), z);
    assert.deepEqual(words(uniform(seed, u.length, -1, 3, stream)), u);
  }
});

test("a longer draw begins with a shorter one", () => {
  assert.deepEqual([...normal(3, 7)], [...normal(3, 100)].slice(0, 7));
  assert.equal(bits(1, 0).length, 0);
});

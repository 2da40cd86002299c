import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { preprocess } from "../../../ganzoo/site/web/classifier/preprocess.js";

const vectors = JSON.parse(readFileSync(new URL("../../data/preprocess.json", import.meta.url), "utf8"));

for (const { name, drawing, shape, image } of vectors) {
  test(`the committed vector: ${name}`, () => {
    const got = preprocess(drawing.flat(), drawing[0].length, shape);
    assert.ok(got instanceof Float32Array);
    assert.equal(got.length, image.length);
    got.forEach((value, i) => assert.ok(Math.abs(value - image[i]) < 1e-6, `${value}, not ${image[i]}, at ${i}`));
  });
}

test("what has no ink is empty, and what is no number or too much counts as none or one", () => {
  const blank = new Float32Array(784);
  for (const nothing of [[], [0], [NaN], [-Infinity], [1 / 256]]) {
    assert.deepEqual(preprocess(nothing, nothing.length, [1, 28, 28]), blank);
  }
  const odd = preprocess([NaN, Infinity, -1, 1], 2, [1, 28, 28]);
  assert.deepEqual(odd, preprocess([0, 1, 0, 1], 2, [1, 28, 28]));
});

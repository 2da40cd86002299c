import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { outline } from "../../../ganzoo/site/web/pictures/edges.js";

const vectors = JSON.parse(readFileSync(new URL("../../data/edges.json", import.meta.url), "utf8"));

for (const { name, levels, outline: expected } of vectors) {
  test(`the committed vector: ${name}`, () => {
    const planes = Float64Array.from(levels.flat(2), (level) => level / 255);
    assert.deepEqual([...outline(planes, expected.length, expected[0].length)], expected.flat());
  });
}

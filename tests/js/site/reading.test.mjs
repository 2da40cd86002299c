import assert from "node:assert/strict";
import { test } from "node:test";

import { bars, examples } from "../../../ganzoo/site/web/classifier/bars.js";
import { classesOf, inPercent, probabilities } from "../../../ganzoo/site/web/reading.js";

test("logits become probabilities, however large; probabilities stay as they are", () => {
  assert.deepEqual(probabilities({ meaning: "probabilities" }, Float32Array.of(0.25, 0.75)), [0.25, 0.75]);
  const [a, b] = probabilities({ meaning: "logits" }, Float32Array.of(Math.log(1), Math.log(3)));
  assert.ok(Math.abs(a - 0.25) < 1e-7 && Math.abs(b - 0.75) < 1e-7);
  assert.deepEqual(probabilities({ meaning: "logits" }, [1000, 1000, -1000]), [0.5, 0.5, 0]);
  assert.deepEqual(probabilities({ meaning: "logits" }, []), []);
});

test("classes have the names that the bundle tells, if it tells as many, and texts", () => {
  const named = (classes) => classesOf({ provenance: { classes } }, 3);
  assert.deepEqual(named(["cat", "dog", "cow"]), ["cat", "dog", "cow"]);
  for (const odd of [["cat", "dog"], ["cat", "dog", 3], "cat", undefined, { length: 3 }]) {
    assert.deepEqual(named(odd), ["0", "1", "2"]);
  }
  assert.deepEqual(classesOf({}, 2), ["0", "1"]);
});

test("few classes have a bar each, in their order; of many the five likeliest have one", () => {
  const few = ["a", "b", "c"];
  assert.deepEqual(bars(few, [0.1, 0.9]), [
    { name: "a", chance: 0.1 },
    { name: "b", chance: 0.9 },
    { name: "c", chance: 0 },
  ]);
  assert.equal(examples(few), "a, b, c");
  const many = Array.from({ length: 1000 }, (_, i) => `${i}`);
  const chances = many.map((_, i) => (i === 700 ? 0.5 : i === 3 ? 0.25 : 0));
  assert.deepEqual(
    bars(many, chances).map(({ name }) => name),
    ["700", "3", "0", "1", "2"],
  );
  assert.deepEqual(bars(many, []), Array(5).fill({ name: "…", chance: 0 }));
  assert.equal(examples(many), "0, 1, 2, 3, 4, …");
});

test("percents are whole", () => {
  assert.deepEqual([0, 0.004, 0.984, 1].map(inPercent), ["0%", "0%", "98%", "100%"]);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { normalized, preprocessOf } from "../../../ganzoo/runtime/preprocess.js";
import { resized } from "../../../ganzoo/site/web/pictures/resize.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../../data/${name}`, import.meta.url), "utf8"));

for (const { name, spec, input, ...picture } of read("pictures.json")) {
  test(`the committed vector: ${name}`, () => {
    const got = normalized(spec, resized(picture, spec.shape, preprocessOf(spec).resize));
    assert.ok(got instanceof Float32Array);
    assert.equal(got.length, input.length);
    got.forEach((value, i) => {
      const most = 1e-6 * Math.max(1, Math.abs(input[i]));
      assert.ok(Math.abs(value - input[i]) <= most, `${value}, not ${input[i]}, at ${i}`);
    });
  });
}

/** Those of the shared vectors that preprocess an input; the bundle's own check is in tests/export/test_manifest.py. */
const { manifest, vectors } = read("manifest-vectors.json");
const hostile = vectors.filter(({ set }) => set && Object.keys(set).some((key) => /^\/inputs\/\d\/preprocess$/.test(key)));

test("there are vectors of preprocessing", () => assert.ok(hostile.length > 15));

for (const { name, set, raw, refused } of hostile) {
  test(`${name}: ${refused ? "refused" : "taken"}`, () => {
    const { inputs } = structuredClone(manifest);
    for (const [pointer, value] of Object.entries(set)) {
      const [, , input, field] = pointer.split("/");
      inputs[input][field] = structuredClone(value);
    }
    for (const pointer of Object.keys(raw ?? {})) {
      const [, , input, , field, at] = pointer.split("/");
      inputs[input].preprocess[field][at] = Infinity;
    }
    const spec = inputs.find(({ preprocess }) => preprocess !== undefined);
    const check = () => preprocessOf(spec);
    if (refused) assert.throws(check, { code: "manifest", file: "manifest.json" });
    else assert.deepEqual(check(), spec.preprocess);
  });
}

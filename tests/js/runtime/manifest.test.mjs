/** tests/data/manifest-vectors.json, which tests/test_manifest.py holds the check in Python to as well. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { serve } from "./bundle.mjs";

const { load } = await import(process.env.RUNTIME ?? "../../../ganzoo/runtime/ganzoo.js");
const { manifest, vectors } = JSON.parse(readFileSync(new URL("../../data/manifest-vectors.json", import.meta.url), "utf8"));
globalThis.navigator ??= { userAgent: "node" }; // node 20 has none
globalThis.localStorage ??= { getItem: () => null, setItem: () => {} };

/** The object or list that holds what a JSON pointer names, and its last key. */
function find(document, pointer) {
  const keys = pointer.slice(1).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop();
  return [keys.reduce((value, key) => value[key], document), last];
}

/** The manifest with a vector's change, as text. */
function changed({ set = {}, raw = {}, remove = [], text }) {
  const document = structuredClone(manifest);
  const put = (pointer, value) => {
    const [holder, key] = find(document, pointer);
    // an assignment to __proto__ would change something else
    Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
  };
  for (const [pointer, value] of Object.entries(set)) put(pointer, value);
  for (const pointer of Object.keys(raw)) put(pointer, `raw:${pointer}`);
  for (const pointer of remove) {
    const [holder, key] = find(document, pointer);
    assert(Object.hasOwn(holder, key), pointer);
    delete holder[key];
  }
  let json = JSON.stringify(document);
  for (const [pointer, value] of Object.entries(raw)) json = json.replace(JSON.stringify(`raw:${pointer}`), () => value);
  return text ? json.replace(new RegExp(text[0], "s"), () => text[1]) : json;
}

for (const vector of vectors) {
  const { name, refused, runtime } = vector;
  const taken = refused === undefined || runtime === "ignores";
  test(`${name}: ${taken ? "taken" : "refused"}`, async () => {
    const { url, requests } = serve({ manifest: changed(vector), files: new Map() });
    // a manifest that is taken leads to files, and there are none
    await assert.rejects(load(url, { backend: "alpha" }), (error) => {
      if (taken) assert.notEqual(error.file, "manifest.json", error.stack);
      else assert.deepEqual([error.file, error.field], ["manifest.json", refused], error.stack);
      return true;
    });
    if (!taken) assert.deepEqual(requests, ["manifest.json"]);
    assert.equal(Object.prototype.module, undefined);
  });
}

/**
 * Manifests that break a rule are refused, and named by their field, before anything is fetched: the vectors in
 * tests/data/manifest-vectors.json, to which tests/export/test_manifest.py holds the check in Python as well.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { bundle, expected, manifestBytes, serve, stream } from "./bundle.mjs";
import { close, fails, GanzooError, image, load, x } from "./loading.mjs";

const VECTORS = new URL("../../data/manifest-vectors.json", import.meta.url);
const { manifest, vectors } = JSON.parse(readFileSync(VECTORS, "utf8"));

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
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete holder[key];
  }
  let json = JSON.stringify(document);
  for (const [pointer, value] of Object.entries(raw)) json = json.replace(JSON.stringify(`raw:${pointer}`), () => value);
  return text ? json.replace(new RegExp(text[0], "s"), () => text[1]) : json;
}

for (const vector of vectors) {
  const { name, refused: field, runtime, code = "manifest" } = vector;
  const taken = field === undefined || runtime === "ignores";
  test(`${name}: ${taken ? "taken" : "refused before anything is fetched"}`, async () => {
    const { url, requests } = serve({ manifest: changed(vector), files: new Map() });
    if (taken) {
      // it leads to files, and there are none
      await fails(load(url, { backend: "alpha" }), { code: "fetch" });
      assert(requests.length > 1);
    } else {
      await fails(load(url, { backend: "alpha" }), { code, file: "manifest.json", field });
      assert.deepEqual(requests, ["manifest.json"]);
    }
    assert.equal(Object.prototype.size, undefined);
    assert.equal(Object.prototype.module, undefined);
  });
}

for (const text of ["", "{", "null", "[]", '"text"', "1e999", "[".repeat(1e5), "<!doctype html>", '{"__proto__": {"format": 1}}']) {
  test(`${text.slice(0, 20)} is no manifest`, async () => {
    await fails(load(serve({ ...bundle(), manifest: text }).url), { code: "manifest", file: "manifest.json" });
  });
}

test("a page in the manifest's place is told as HTML", async () => {
  for (const [text, what] of [["\n <!doctype html>", /^manifest.json: HTML, not JSON/], ["{", /^manifest.json: not JSON$/]]) {
    await assert.rejects(load(serve({ ...bundle(), manifest: text }).url), { message: what });
  }
});

test("a missing or endless manifest is told", async () => {
  const { url } = serve(bundle(), () => new Response("", { status: 500 }));
  await fails(load(url), { code: "fetch", file: "manifest.json", status: 500 });
  const endless = () => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1 << 20)) }));
  await fails(load(serve(bundle(), endless).url), { code: "corrupt", file: "manifest.json" });
});

/** A seeded source of whole numbers below n. */
function randomly(seed) {
  return (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
}

const VALUES = [null, true, -1, 0, 0.5, 1, 3, 4, 2 ** 31, 2 ** 53, 1e308, "", "x", "alpha.js", "..", "__proto__", [], {}, [[]], [1], { a: 1 }];

/** Change one thing somewhere in `value`. */
function mutate(value, random) {
  const keys = Object.keys(value);
  const key = keys[random(keys.length)];
  const child = value[key];
  if (child && typeof child === "object" && Object.keys(child).length && random(6)) return mutate(child, random);
  const how = random(5);
  if (how === 0) delete value[key];
  else if (how === 1) value[key] = structuredClone(VALUES[random(VALUES.length)]);
  else if (how === 2) value[keys[random(keys.length)]] = structuredClone(child);
  else if (how === 3 && typeof child === "number") value[key] = child + random(9) - 4;
  else if (how === 3 && typeof child === "string" && child) {
    const at = random(child.length);
    value[key] = child.slice(0, at) + String.fromCharCode(33 + random(90)) + child.slice(at + random(2));
  } else if (Array.isArray(value)) value.push(structuredClone(child));
  else {
    const added = { value: structuredClone(child), enumerable: true, writable: true, configurable: true };
    Object.defineProperty(value, VALUES[random(VALUES.length)], added);
  }
}

test("1,000 fuzzed manifests: an error of ours that names file and field, or the right picture", async () => {
  const texts = ["f32", "f16", "int8"].map((encoding) => bundle({ backends: ["alpha"], encoding, shards: 2 }));
  const random = randomly(1);
  const right = expected(x, image);
  const started = performance.now();
  let refused = 0;
  for (let i = 0; i < 1000; i++) {
    const made = texts[i % 3];
    const served = serve(made, (name) => name === "manifest.json" && new Response(stream(content)));
    const manifest = structuredClone(made.manifest);
    for (let n = 1 + random(3); n > 0; n--) mutate(manifest, random);
    let content = manifestBytes(manifest);
    if (random(10) === 0) content[random(content.length)] ^= 1 << random(8);
    if (random(20) === 0) content = content.slice(0, random(content.length));
    try {
      const model = await load(served.url);
      const specs = model.inputs;
      const outputs = Object.values(await model.run({ [specs[0].name]: x, [specs[1].name]: image }));
      close(outputs[0], right.y);
    } catch (error) {
      assert(error instanceof GanzooError, `${i}: ${error.stack}\n${new TextDecoder().decode(content)}`);
      refused++;
      assert(["manifest", "version", "corrupt", "fetch", "backend", "input"].includes(error.code), error.code);
      if (error.code === "manifest" || error.code === "version") {
        assert.equal(error.file, "manifest.json");
        assert.equal(typeof error.field, "string");
      } else if (error.code !== "backend") assert(error.file ?? error.field, error.message);
    }
  }
  assert(refused > 500, `${refused}`);
  assert(performance.now() - started < 60000); // 1 s on a machine at rest
});

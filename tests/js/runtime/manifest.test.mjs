/** Manifests that break a rule are refused, and named by their field, before anything is fetched. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundle, expected, manifestBytes, serve, stream } from "./bundle.mjs";
import { close, fails, GanzooError, image, load, x } from "./loading.mjs";

const HOSTILE = {
  "a future format": [(m) => (m.format = 2), "format", "version"],
  "no format": [(m) => delete m.format, "format"],
  "a text for a format": [(m) => (m.format = "1"), "format"],
  "no inputs": [(m) => (m.inputs = []), "inputs"],
  "a name of Object.prototype": [(m) => (m.inputs[0].name = "__proto__"), "inputs.0.name"],
  "the same name twice": [(m) => (m.inputs[1].name = "z"), "inputs.1.name"],
  "a shape of none": [(m) => (m.inputs[0].shape = null), "inputs.0.shape"],
  "a negative shape": [(m) => (m.inputs[1].shape = [-1, -2, 2]), "inputs.1.shape.0"],
  "a broken shape": [(m) => (m.inputs[1].shape = [1, 0.5, 8]), "inputs.1.shape.1"],
  "an absurd shape": [(m) => (m.inputs[1].shape = [2 ** 20, 2 ** 20]), "inputs.1.shape"],
  "an unknown meaning": [(m) => (m.inputs[1].meaning = "picture"), "inputs.1.meaning"],
  "a part of no meaning": [(m) => delete m.inputs[0].parts[0].meaning, "inputs.0.parts.0.meaning"],
  "half floats without their reader": [(m) => { Object.assign(m.weights.tensors[0], { encoding: "f16", bytes: 40 }); }, "weights.encoding"],
  "a range upside down": [(m) => (m.inputs[1].range = [1, 0]), "inputs.1.range"],
  "parts that do not add up": [(m) => (m.inputs[0].parts[0].size = 4), "inputs.0.parts"],
  "a huge weights file": [(m) => (m.files[m.weights.shards[0]].bytes = 2 ** 40), /^files\.weights.*bytes$/],
  "a path up": [(m) => { m.files["../x"] = m.files["alpha.js"]; }, "files"],
  "a path elsewhere": [(m) => { m.files["//evil.example"] = m.files["alpha.js"]; }, "files"],
  "a shard that is no file": [(m) => (m.weights.shards = ["alpha.bin"]), "weights.shards"],
  "a shard of another scheme": [(m) => (m.weights.shards = ["data:,x"]), "weights.shards.0"],
  "a module elsewhere": [(m) => (m.backends.alpha.module = "https://evil.example/x.js"), "backends.alpha.module"],
  "a module that is no file": [(m) => (m.backends.alpha.module = "constructor"), "backends.alpha"],
  "a short hash": [(m) => (m.files["alpha.js"].sha256 = "00"), "files.alpha.js.sha256"],
  "an offset out of range": [(m) => (m.weights.tensors[1].offset = 2 ** 27), "weights.tensors.1.offset"],
  "an overlap": [(m) => (m.weights.tensors[1].at -= 4), "weights.tensors.1.at"],
  "a wrong count": [(m) => (m.weights.tensors[1].values = 8), "weights.tensors.1.values"],
  "bytes that do not fit": [(m) => (m.weights.tensors[0].bytes = 84), "weights.tensors.0.bytes"],
  "more values than tensors": [(m) => (m.weights.values += 1), "weights.values"],
  "a tensor left out": [(m) => { m.weights.values -= m.weights.tensors.pop().values; }, "weights.shards"],
  "int8 without columns": [(m) => (m.weights.tensors[1].encoding = "int8"), "weights.tensors.1.bytes"],
  "an unknown encoding": [(m) => (m.weights.tensors[0].encoding = "toString"), "weights.tensors.0.encoding"],
  "no backend": [(m) => (m.backends = {}), "backends"],
  "no tolerance": [(m) => delete m.golden.tolerance.beta, "golden.tolerance.beta"],
  "an infinite tolerance": [(m) => (m.golden.tolerance.beta = null), "golden.tolerance.beta"],
  "a golden of other size": [(m) => (m.files["golden.bin"].bytes -= 4), "golden.file"],
  "a golden that is no file": [(m) => (m.golden.file = "other.bin"), "golden.file"],
  "a program to prefetch that is no file": [(m) => (m.backends.alpha.prefetch = ["other.json"]), "backends.alpha"],
};

for (const [what, [change, field, code = "manifest"]] of Object.entries(HOSTILE)) {
  test(`a manifest with ${what} is refused before anything is fetched`, async () => {
    const made = bundle();
    change(made.manifest);
    const { url, requests } = serve(made);
    await fails(load(url), { code, file: "manifest.json", field });
    assert.deepEqual(requests, ["manifest.json"]);
    assert.equal(Object.prototype.size, undefined);
  });
}

for (const text of ["", "{", "null", "[]", '"text"', "1e999", "[".repeat(1e5), "<!doctype html>", '{"__proto__": {"format": 1}}']) {
  test(`${text.slice(0, 20)} is no manifest`, async () => {
    await fails(load(serve({ ...bundle(), manifest: text }).url), { code: "manifest", file: "manifest.json" });
  });
}

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

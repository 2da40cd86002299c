/** A bundle's files: each is fetched once and checked, and a damaged one is named. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundle, serve, stream } from "./bundle.mjs";
import { fails, load, store } from "./loading.mjs";

const flip = (content) => content.map((byte, i) => (i === content.length >> 1 ? byte ^ 4 : byte));

for (const name of ["alpha.json", "weights"]) {
  const tampered = {
    "is missing": [() => new Response("", { status: 404 }), { code: "fetch", status: 404 }],
    "is truncated": [(right) => new Response(stream(right.slice(1))), { code: "corrupt", message: /bytes/ }],
    "is too long": [(right) => new Response(stream(Buffer.concat([right, right]))), { code: "corrupt", message: /more/ }],
    "never ends": [
      () => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(9)) })),
      { code: "corrupt", message: /more/ },
    ],
    "has another bit": [(right) => new Response(stream(flip(right))), { code: "corrupt", message: /SHA-256/ }],
    "is empty": [() => new Response(null), { code: "corrupt" }],
    "does not arrive": [() => Promise.reject(new TypeError("network")), { code: "fetch", message: /network/ }],
    "breaks off": [
      () => new Response(new ReadableStream({ pull: (controller) => controller.error(new TypeError("reset")) })),
      { code: "fetch", message: /reset/ },
    ],
  };
  for (const [how, [answer, properties]] of Object.entries(tampered)) {
    test(`${name} ${how}`, async () => {
      const made = bundle();
      const file = [...made.files.keys()].find((each) => each.startsWith(name));
      const { url } = serve(made, (asked) => (asked === file ? answer(made.files.get(file)) : undefined));
      await fails(load(url, { backend: "alpha" }), { file, ...properties });
      if (name === "weights") await fails(load(url), { file, ...properties });
    });
  }
}

test("swapped shards are found", async () => {
  const made = bundle({ shards: 2 });
  const [a, b] = made.manifest.weights.shards;
  const { url } = serve(made, (name) => name === a && new Response(stream(made.files.get(b))));
  await fails(load(url), { code: "corrupt", file: a });
});

test("a module that is missing or none is told", async () => {
  const made = bundle({ backends: ["alpha", "beta"] });
  made.files.set("alpha.js", new TextEncoder().encode("export const create = ("));
  made.files.set("beta.js", new TextEncoder().encode("export const other = 1"));
  await fails(load(serve(made).url), { code: "backend", message: /alpha: .*beta: .*create/s });
});

test("each file is fetched once, whatever is tried, and progress has true totals", async () => {
  const made = bundle({ shards: 2 });
  for (const options of [{ backend: "beta" }, {}]) {
    store.clear();
    const tried = options.backend ? ["beta.json"] : ["alpha.json", "beta.json", "gamma.json"];
    const { url, requests } = serve(made, async (name) => {
      // modules come before weights
      while (name.endsWith(".bin") && !tried.every((each) => requests.includes(each))) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return undefined;
    });
    const told = [];
    await load(url, { ...options, onProgress: (progress) => told.push(progress) });
    const files = [...made.manifest.weights.shards, "golden.bin", ...tried];
    assert.deepEqual(requests.sort(), ["manifest.json", ...files].sort());
    const total = files.reduce((sum, name) => sum + made.files.get(name).length, 0);
    assert.deepEqual(new Set(told.map((each) => each.total)), new Set([total]));
    assert.equal(told.at(-1).loaded, total);
    assert(told.every((each, i) => i === 0 || each.loaded >= told[i - 1].loaded));
    assert(told.length > 5);
  }
});

test("an insecure context leaves the check to fetch", async () => {
  const made = bundle();
  const { url } = serve(made);
  const asked = [];
  const { fetch } = globalThis;
  globalThis.fetch = (place, request) => {
    asked.push([new URL(place).pathname.split("/").pop(), request.integrity]);
    return fetch(place, request);
  };
  const real = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  Object.defineProperty(globalThis, "crypto", { value: {}, configurable: true });
  try {
    await load(url, { backend: "alpha" });
  } finally {
    Object.defineProperty(globalThis, "crypto", real);
  }
  for (const [name, integrity] of asked.slice(1)) {
    const { sha256 } = made.manifest.files[name];
    assert.equal(integrity, `sha256-${Buffer.from(sha256, "hex").toString("base64")}`);
  }
  assert.equal(asked.length, 4);
});

test("the URL of a file changes with its content", async () => {
  const made = bundle();
  const { url } = serve(made);
  const { fetch } = globalThis;
  const asked = [];
  globalThis.fetch = (place, request) => {
    asked.push(String(place));
    return fetch(place, request);
  };
  await load(url, { backend: "alpha" });
  const { sha256 } = made.manifest.files["alpha.json"];
  assert(asked.some((place) => place.endsWith(`alpha.json?${sha256.slice(0, 8)}`)));
});

/** An abort, or a callback that throws, ends loading at any moment and leaves nothing behind. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundle, describe, expected, serve } from "./bundle.mjs";
import { close, fails, image, load, loaded, x } from "./loading.mjs";

test("an abort ends loading at any moment, and leaves no device", async () => {
  const reason = new Error("enough");
  await fails(loaded({ signal: AbortSignal.abort(reason) }), { code: "aborted", cause: reason });
  for (const file of ["manifest.json", "weights", "alpha.json"]) {
    const controller = new AbortController();
    const { url } = serve(bundle(), (name, signal) => {
      if (!name.startsWith(file)) return undefined;
      setTimeout(() => controller.abort(), 1);
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    });
    await fails(load(url, { backend: "alpha", signal: controller.signal }), { code: "aborted" });
  }
  const controller = new AbortController();
  let go;
  faults.alpha = { run: () => new Promise((resolve) => (go = resolve)) };
  const loading = loaded({ signal: controller.signal });
  while (!go) await new Promise((resolve) => setTimeout(resolve, 1));
  controller.abort();
  await fails(loading, { code: "aborted" });
  go();
  while (!devices[0].destroyed) await new Promise((resolve) => setTimeout(resolve, 1));
});

test("an abort while a module is imported makes no device", async () => {
  const made = bundle({ backends: ["alpha"] });
  const source = Buffer.concat([Buffer.from("await globalThis.imported();\n"), made.files.get("alpha.js")]);
  made.files.set("alpha.js", new Uint8Array(source));
  made.manifest.files["alpha.js"] = describe(source);
  const controller = new AbortController();
  const aborted = new Promise((resolve) => {
    globalThis.imported = async () => {
      controller.abort();
      resolve(0);
    };
  });
  await fails(load(serve(made).url, { signal: controller.signal }), { code: "aborted" });
  await aborted;
  await new Promise((resolve) => setTimeout(resolve, 20));
  delete globalThis.imported;
  assert.deepEqual(devices, []);
});

test("an abort after loading is nothing", async () => {
  const controller = new AbortController();
  const model = await loaded({ signal: controller.signal });
  controller.abort();
  await model.run({ x, image });
});

test("an abort after loading stops no fetch of a recovery, of which nobody is told", async () => {
  const controller = new AbortController();
  let told = 0;
  const options = { backend: ["alpha", "beta"], signal: controller.signal, onProgress: () => told++ };
  const model = await load(serve(bundle()).url, options);
  const before = told;
  controller.abort();
  faults.alpha.create = () => Promise.reject(new Error("unplugged"));
  faults.alpha.lose("unplugged");
  await new Promise((resolve) => setTimeout(resolve, 1));
  close((await model.run({ x, image })).y, expected(x, image).y);
  assert.equal(model.backend, "beta");
  assert.equal(told, before);
});

for (const call of [1, 2, 5]) {
  test(`onProgress that throws in its call ${call} ends loading with that error`, async () => {
    const reason = new TypeError("the page's own");
    const unhandled = [];
    const note = (error) => unhandled.push(error);
    process.on("unhandledRejection", note);
    let calls = 0;
    const onProgress = () => {
      if (++calls === call) throw reason;
      assert(calls < call, "called again");
    };
    await assert.rejects(loaded({ onProgress }), (error) => error === reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off("unhandledRejection", note);
    assert.deepEqual(unhandled, []);
    assert.equal(calls, call);
    assert(devices.every(({ destroyed }) => destroyed === 1));
  });
}

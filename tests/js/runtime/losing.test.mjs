/** Devices that are lost, and models that are destroyed. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bundle, expected, serve } from "./bundle.mjs";
import { close, fails, forever, image, load, loaded, rows, x } from "./loading.mjs";

test("a lost device is made anew, once for each run, and the run in flight is done again", async () => {
  const model = await load(serve(bundle()).url, { backend: ["alpha", "beta"] });
  const begun = forever(faults.alpha); // as a real one, it never answers
  const running = model.run({ x, image });
  await begun;
  delete faults.alpha.run;
  faults.alpha.lose("unplugged");
  close((await running).y, expected(x, image).y);
  assert.deepEqual(rows(model), ["alpha", "alpha: lost: unplugged", "alpha"]);
  assert.equal(model.backend, "alpha");

  faults.alpha.create = () => Promise.reject(new Error("still unplugged"));
  faults.alpha.lose("again"); // while nothing runs
  await new Promise((resolve) => setTimeout(resolve, 1));
  close((await model.run({ x, image })).y, expected(x, image).y);
  assert.equal(model.backend, "beta");
  assert.deepEqual(rows(model).slice(3), ["alpha: lost: again", "alpha: still unplugged", "beta"]);
  assert.deepEqual(devices.map(({ name, destroyed }) => [name, destroyed]), [["alpha", 1], ["alpha", 1], ["beta", 0]]);
});

test("when nothing works any more the run fails, and the next one tries again", async () => {
  const model = await loaded();
  faults.alpha.create = () => Promise.reject(new Error("unplugged"));
  faults.alpha.lose("unplugged");
  await fails(model.run({ x, image }), { code: "backend", message: /unplugged/, report: model.report });
  delete faults.alpha.create;
  close((await model.run({ x, image })).y, expected(x, image).y);
});

test("a device that fails in every run is left in the end", async () => {
  const model = await loaded();
  faults.alpha.run = (runs) => {
    if (runs > 1) throw new Error("out of memory");
  };
  await fails(model.run({ x, image }), { code: "backend", message: /out of memory/ });
});

test("a fetch that failed is tried again when it is needed again", async () => {
  let busy = true;
  const { url } = serve(bundle(), (name) => name === "alpha.json" && busy && new Response("", { status: 503 }));
  const model = await load(url, { backend: ["alpha", "beta"] });
  assert.equal(model.backend, "beta");
  busy = false;
  faults.beta.create = () => Promise.reject(new Error("unplugged"));
  faults.beta.lose("unplugged");
  close((await model.run({ x, image })).y, expected(x, image).y);
  assert.equal(model.backend, "alpha");
});

test("the report keeps the last tries only", async () => {
  const model = await loaded();
  for (let i = 0; i < 60; i++) {
    faults.alpha.lose(`${i}`);
    await new Promise((resolve) => setTimeout(resolve));
    await model.run({ x, image });
  }
  assert.equal(model.report.length, 50);
  assert.deepEqual(rows(model).slice(-2), ["alpha: lost: 59", "alpha"]);
});

test("a URL that is none is refused", async () => {
  await fails(load("http://[", {}), { code: "input", field: "url" });
});

test("a destroyed model runs no more", async () => {
  const model = await loaded();
  const begun = forever(faults.alpha);
  const running = model.run({ x, image });
  await begun;
  model.destroy();
  await fails(running, { code: "destroyed" });
  await fails(model.run({ x, image }), { code: "destroyed" });
  assert.equal(devices[0].destroyed, 1);
  assert.equal(devices.length, 1);
});

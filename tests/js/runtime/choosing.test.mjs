/** Which backend is taken, and which one is remembered. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { bundle, expected, serve } from "./bundle.mjs";
import { close, fails, image, load, loaded, rows, x } from "./loading.mjs";

/** Runs that take so long, whatever else runs. */
const slow = (ms) => ({ run: () => void spin(ms) });
function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

test("auto takes the fastest, disposes of the others and remembers", async () => {
  faults.alpha = slow(30);
  faults.gamma = slow(90);
  const made = bundle();
  const { url } = serve(made);
  const model = await load(url);
  assert.equal(model.backend, "beta");
  assert.deepEqual(model.report.map(({ backend, ok, info }) => [backend, ok, info]), [
    ["alpha", true, "fake alpha"],
    ["beta", true, "fake beta"],
    ["gamma", true, "fake gamma"],
  ]);
  const [alpha, beta, gamma] = model.report.map(({ ms }) => ms);
  assert(alpha > 29 && gamma > 89, `${[alpha, beta, gamma]}`);
  assert(beta < alpha, `${[alpha, beta, gamma]}`); // 0.1 ms on a machine at rest
  const ends = devices.map(({ name, destroyed }) => [name, destroyed]);
  assert.deepEqual(ends.sort(), [["alpha", 1], ["beta", 0], ["gamma", 1]]);

  const again = await load(url);
  assert.deepEqual(rows(again), ["beta"]);
  made.manifest.files["alpha.json"].sha256 = "0".repeat(64); // another bundle: probe anew
  const other = await load(url);
  assert.equal(other.report.length, 3);
});

test("what is the fastest in a worker is not remembered for loads without one", async () => {
  const { url } = serve(bundle());
  faults.beta = faults.gamma = slow(9);
  assert.equal((await load(url, { worker: true })).backend, "alpha");
  [faults.alpha, faults.beta] = [slow(9), {}];
  assert.equal((await load(url)).backend, "beta");
  assert.deepEqual(rows(await load(url, { worker: true })), ["alpha"]);
  assert.deepEqual(rows(await load(url)), ["beta"]);
});

test("a remembered backend that fails is no end", async () => {
  faults.alpha = slow(90);
  faults.gamma = slow(30);
  const { url } = serve(bundle());
  assert.equal((await load(url)).backend, "beta");
  faults.beta = { create: () => Promise.reject(new Error("driver update")) };
  const model = await load(url);
  assert.deepEqual(rows(model)[0], "beta: driver update");
  assert.equal(model.backend, "gamma");
  assert.equal(model.report.length, 3);
});

test("storage that is denied changes nothing", async () => {
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    get() {
      throw new Error("denied");
    },
  });
  try {
    assert.equal((await load(serve(bundle()).url)).report.length, 3);
  } finally {
    delete globalThis.localStorage;
  }
});

const BROKEN = {
  "throws in create": [() => ({ create: () => { throw new Error("no adapter"); } }), /^no adapter$/],
  "rejects with a text": [() => ({ create: () => Promise.reject("odd") }), /^odd$/],
  "throws in run": [() => ({ run: () => { throw new Error("shader"); } }), /^shader$/],
  "answers NaN": [() => ({ run: () => [new Float32Array(4).fill(NaN), new Float32Array(1)] }), /off by NaN/],
  "answers NaN last": [() => ({ run: () => [expected(x, image).y, Float32Array.of(NaN)] }), /off by NaN/],
  "answers wrong": [() => ({ run: () => [expected(x, image).y.map((v) => v + 1e-3), expected(x, image).s] }), /more than 0.00001|1e-5/],
  "answers too little": [() => ({ run: () => [expected(x, image).y.slice(1), expected(x, image).s] }), /3 output values/],
  "answers nothing": [() => ({ run: () => [] }), /undefined/],
  "is lost at once": [() => { const fault = { run: () => { fault.lose("gone"); return new Promise(() => {}); } }; return fault; }, /^lost: gone$/],
};

for (const [what, [fault, reason]] of Object.entries(BROKEN)) {
  test(`a backend that ${what} is passed over, with its reason`, async () => {
    faults.alpha = fault();
    const model = await load(serve(bundle({ backends: ["alpha", "beta"] })).url);
    assert.equal(model.backend, "beta");
    const [alpha, beta] = model.report;
    assert.equal(alpha.ok, false);
    assert.match(alpha.reason, reason);
    assert(beta.ok);
    assert(devices.filter(({ name }) => name === "alpha").every(({ destroyed }) => destroyed === 1));
    close((await model.run({ x, image })).y, expected(x, image).y);

    faults.alpha = fault();
    await fails(loaded(), { code: "backend", message: /alpha/ });
    faults.alpha = fault();
    const first = await loaded({ backend: ["alpha", "absent", "beta"] });
    assert.equal(first.backend, "beta");
    assert.equal(rows(first)[1], "absent: not in this bundle");
  });
}

for (const hanging of ["create", "run"]) {
  test(`a backend that hangs in ${hanging} is passed over in time`, async () => {
    let go;
    faults.alpha = { [hanging]: () => new Promise((resolve) => (go = resolve)) };
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      const loading = loaded();
      const told = fails(loading, { code: "backend", message: /no answer in 20000 ms/ });
      while (!go) await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(20001);
      await told;
    } finally {
      mock.timers.reset();
    }
    go();
    while (!devices[0]?.destroyed) await new Promise((resolve) => setImmediate(resolve)); // late, and disposed of
  });
}

test("auto waits for nobody long once one works", async () => {
  let go;
  faults.beta = { create: () => new Promise((resolve) => (go = resolve)) };
  mock.timers.enable({ apis: ["setTimeout"] });
  let model;
  try {
    const loading = load(serve(bundle()).url).then((each) => (model = each));
    while (!go || devices.filter(({ runs }) => runs).length < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(model, undefined);
    mock.timers.tick(3001);
    await loading;
  } finally {
    mock.timers.reset();
  }
  assert.equal(model.report.find(({ backend }) => backend === "beta").reason, "no answer in 3000 ms");
  assert.notEqual(model.backend, "beta");
  close((await model.run({ x, image })).y, expected(x, image).y);
  go();
  while (!devices.some(({ name, destroyed }) => name === "beta" && destroyed === 1)) {
    await new Promise((resolve) => setImmediate(resolve)); // late, and disposed of
  }
});

test("rounding that a device states is allowed for, and no more", async () => {
  const off = (error) => () => [expected(x, image).y.map((v) => v + error), expected(x, image).s];
  const largest = Math.max(1, ...[...expected(x, image).y, ...expected(x, image).s].map(Math.abs));
  faults.alpha = { rounding: 2 ** -10, run: off(0.9 * largest * 2 ** -10) };
  await loaded();
  faults.alpha.run = off(1.1 * largest * 2 ** -10);
  await fails(loaded(), { code: "backend", message: /is off by/ });
});

test("one backend asked for is the only one tried, and an unknown one is refused", async () => {
  const model = await loaded({ backend: "gamma" });
  assert.deepEqual(rows(model), ["gamma"]);
  await fails(loaded({ backend: "constructor" }), { code: "backend", message: /constructor: not in this bundle/ });
});

test("where files were altered, no browser is blamed: that is told, whatever else fails", async () => {
  const made = bundle();
  faults.gamma = { create: () => Promise.reject(new Error("no adapter")) };
  const altered = (name) => /^(alpha|beta)\.json/.test(name) && new Response(made.files.get(`${name}`).map((byte) => byte ^ 1));
  const { url } = serve(made, (name) => altered(name) || undefined);
  await fails(load(url, { backend: ["alpha", "beta", "gamma"] }), { code: "corrupt", file: "alpha.json" });
  await fails(load(url), { code: "corrupt", file: /^(alpha|beta)\.json$/ });
  faults.gamma = {};
  assert.equal((await load(url)).backend, "gamma");
});

test("options reach the module", async () => {
  const given = [];
  faults.alpha = { create: ({ worker }) => void given.push(worker) };
  await loaded({ worker: true });
  await loaded();
  assert.deepEqual(given, [true, undefined]);
});

test("in a list, * is all of the bundle in the manifest's order, each tried once", async () => {
  const absent = { create: () => Promise.reject(new Error("none here")) };
  const how = { backends: ["gamma", "alpha", "beta"] };
  assert.deepEqual(rows(await loaded({ backend: ["*"] }, how)), ["gamma"]);
  Object.assign(faults, { gamma: absent, beta: absent });
  assert.deepEqual(rows(await loaded({ backend: ["beta", "*"] }, how)), ["beta: none here", "gamma: none here", "alpha"]);
});

test("after a loss, what * stands for is fallen back on", async () => {
  const fault = (faults.alpha = {});
  const model = await loaded({ backend: ["*"] });
  fault.create = fault.run = () => Promise.reject(new Error("gone"));
  close((await model.run({ x, image })).y, expected(x, image).y);
  assert.equal(model.backend, "beta");
});

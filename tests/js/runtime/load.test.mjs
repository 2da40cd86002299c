import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { normal } from "../../../ganzoo/runtime/noise.js";
import { bundle, expected, GOLDEN, manifestBytes, serve, stream } from "./bundle.mjs";

const { load, GanzooError } = await import(process.env.RUNTIME ?? "../../../ganzoo/runtime/ganzoo.js");

const { x, image } = GOLDEN;
globalThis.navigator ??= { userAgent: "node" }; // node 20 has none
const store = new Map();

beforeEach(() => {
  globalThis.faults = {};
  globalThis.devices = [];
  store.clear();
  globalThis.localStorage = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => void store.set(key, value),
  };
});

/** Rejects with a GanzooError of these properties. */
const fails = (promise, properties) =>
  assert.rejects(promise, (error) => {
    assert(error instanceof GanzooError, `${error.stack}`);
    for (const [key, value] of Object.entries(properties)) {
      if (value instanceof RegExp) assert.match(error[key], value);
      else assert.equal(error[key], value, error.message);
    }
    return true;
  });

const close = (actual, wanted) => {
  assert.equal(actual.length, wanted.length);
  actual.forEach((value, i) => assert(Math.abs(value - wanted[i]) < 1e-5, `${actual} is not ${wanted}`));
};

const loaded = (options, how) => load(serve(bundle(how)).url, { backend: "alpha", ...options });

// What it computes

for (const encoding of ["f32", "f16", "int8"]) {
  for (const shards of [1, 3]) {
    test(`${encoding} in ${shards} shards`, async () => {
      const model = await loaded({}, { encoding, shards });
      const { y, s } = await model.run({ z: x.slice(0, 3), label: 1, image });
      const right = expected(x, image);
      close(y, right.y);
      close(s, right.s);
    });
  }
}

test("a folder is named with or without its slash, or by its manifest", async () => {
  const { url } = serve(bundle());
  for (const end of ["", "/", "/manifest.json", "?v=1"]) await load(url + end, { backend: "alpha" });
});

test("labels are a class, classes, or rows, and batches agree", async () => {
  const model = await loaded();
  const z = normal(1, 6);
  const images = [...image, ...image];
  const right = [0, 1].map((label, i) => expected([...z.slice(3 * i, 3 * i + 3), 1 - label, label], image).y);
  for (const label of [[0, 1], new Uint8Array([0, 1]), [1, 0, 0, 1], new Float32Array([1, 0, 0, 1])]) {
    const { y } = await model.run({ label, z, image: images });
    close(y, [...right[0], ...right[1]]);
  }
  const same = expected([...z.slice(3), 0, 1], image).y;
  close((await model.run({ z, label: 1, image: images })).y.slice(4), same);
  close((await model.run({ z: z.slice(3), label: [1], image })).y, same);
  close((await model.run({ z: z.slice(3), label: [0, 1], image })).y, same);
  close((await model.run({ x: [...z.slice(3), 0, 1], image })).y, same);
});

test("outputs are the caller's to keep", async () => {
  const model = await loaded();
  const first = await model.run({ x, image });
  const before = [...first.y];
  await model.run({ x: [9, 9, 9, 1, 0], image });
  assert.deepEqual([...first.y], before);
});

test("runs that are called together come one after another, with the values of their calls", async () => {
  const model = await loaded();
  let busy = 0;
  faults.alpha = { run: null };
  const runs = devices[0].run;
  devices[0].run = async (...given) => {
    assert.equal(busy++, 0);
    await new Promise((resolve) => setTimeout(resolve, 2));
    const outputs = await runs(...given);
    busy--;
    return outputs;
  };
  const mine = x.slice();
  const first = model.run({ x: mine, image });
  mine.fill(7);
  const [a, b] = await Promise.all([first, model.run({ x: [1, 1, 1, 1, 0], image })]);
  close(a.y, expected(x, image).y);
  close(b.y, expected([1, 1, 1, 1, 0], image).y);
});

test("noise is by name, by seed and by stream", async () => {
  const model = await loaded();
  assert.deepEqual(Object.keys(model.noise(5)), ["z"]);
  assert.deepEqual([...model.noise(5, 2).z], [...normal(5, 6)]);
  await model.run({ ...model.noise(5), label: 0, image });
  for (const seed of [-1, 2 ** 32, 0.5, NaN, "1", undefined]) {
    await fails((async () => model.noise(seed))(), { code: "input", field: "seed" });
  }
  for (const count of [0, -1, 0.5, 1 / 3, NaN, Infinity, "1", null, 1n, 2 ** 28]) {
    await fails((async () => model.noise(1, count))(), { code: "input", field: "count" });
  }
});

// What it refuses

const WRONG = {
  "an unknown name": [{ x, image, y: [1] }, "y"],
  "a part beside its whole": [{ x, z: [1, 2, 3], image }, "z"],
  "a missing input": [{ x }, "image"],
  "a missing part": [{ z: [1, 2, 3], image }, "label"],
  "a short input": [{ x: [1], image }, "x"],
  "an empty input": [{ x: [], image }, "x"],
  "batches that differ": [{ x, image: [...image, ...image] }, "image"],
  "a NaN": [{ x: [NaN, 1, 1, 1, 1], image }, "x"],
  "an infinity": [{ x: [1, 1, 1, 1, -Infinity], image }, "x"],
  "more than float32 holds": [{ x: [1e39, 1, 1, 1, 1], image }, "x"],
  "a hole": [{ x: [1, , 1, 1, 1], image }, "x"], // eslint-disable-line no-sparse-arrays
  "a value out of its range": [{ x, image: [0, 0, 255, 0] }, "image"],
  "a label that is no class": [{ z: [1, 2, 3], label: 2, image }, "label"],
  "a negative label": [{ z: [1, 2, 3], label: -1, image }, "label"],
  "half a label": [{ z: [1, 2, 3], label: 0.5, image }, "label"],
  "a label that is NaN": [{ z: [1, 2, 3], label: NaN, image }, "label"],
  "a text label": [{ z: [1, 2, 3], label: ["1"], image }, "label"],
  "labels of another batch": [{ z: [1, 2, 3], label: [0, 1, 0], image }, "label"],
  "a number for a list": [{ z: 1, label: 0, image }, "z"],
  "a text": [{ x: "12345", image }, "x"],
  "null": [{ x: null, image }, "x"],
  "null for a number": [{ x: [null, 1, 1, 1, 1], image }, "x"],
  "texts for numbers": [{ x: ["1", 1, 1, 1, 1], image }, "x"],
  "truth for a number": [{ x: [true, 1, 1, 1, 1], image }, "x"],
  "lists for numbers": [{ x: [[1], 1, 1, 1, 1], image }, "x"],
  "64-bit integers": [{ x: new BigInt64Array(5), image }, "x"],
  "labels of 64 bits": [{ z: [1, 2, 3], label: new BigInt64Array(1), image }, "label"],
  "an endless list": [{ x: { length: Infinity }, image }, "x"],
  "nothing": [undefined, "image"],
  "a name of Object": [{ x, image, constructor: [1] }, "constructor"],
};

for (const [what, [values, field]] of Object.entries(WRONG)) {
  test(`run refuses ${what}`, async () => {
    const model = await loaded();
    if (what === "nothing") await fails(model.run(values), { code: "input" });
    else await fails(model.run(values), { code: "input", field });
    await model.run({ x, image });
  });
}

// Files

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

// Aborting

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

// Choosing

/** Runs that take so long, whatever else runs. */
const slow = (ms) => ({ run: () => void spin(ms) });
function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
const rows = (model) => model.report.map(({ backend, ok, reason }) => (ok ? backend : `${backend}: ${reason}`));

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
  "answers NaN": [() => ({ run: () => [new Float32Array(4).fill(NaN), new Float32Array(1)] }), /Chainer's by NaN/],
  "answers NaN last": [() => ({ run: () => [expected(x, image).y, Float32Array.of(NaN)] }), /Chainer's by NaN/],
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
  await fails(loaded(), { code: "backend", message: /differs/ });
});

test("one backend asked for is the only one tried, and an unknown one is refused", async () => {
  const model = await loaded({ backend: "gamma" });
  assert.deepEqual(rows(model), ["gamma"]);
  await fails(loaded({ backend: "constructor" }), { code: "backend", message: /constructor: not in this bundle/ });
});

test("options reach the module", async () => {
  const given = [];
  faults.alpha = { create: ({ worker }) => void given.push(worker) };
  await loaded({ worker: true });
  await loaded();
  assert.deepEqual(given, [true, undefined]);
});

// Losing

/** Its runs never end from now on; resolves when one has begun. */
const forever = (fault) =>
  new Promise((resolve) => {
    fault.run = () => {
      resolve();
      return new Promise(() => {});
    };
  });

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

/** A bundle whose first output is a picture of the shape. */
function pictures(shape) {
  const made = bundle();
  made.manifest.outputs[0].shape = shape;
  return serve(made).url;
}

test("draw refuses what it cannot paint, or paint on, and the device goes on", async () => {
  globalThis.ImageData = class {
    constructor(width, height) {
      Object.assign(this, { width, height, data: new Uint8ClampedArray(4 * width * height) });
    }
  };
  const painted = [];
  const canvas = { getContext: () => ({ putImageData: (each) => painted.push(each) }) };
  for (const shape of [[4], [2, 2], [2, 1, 2], [4, 1, 1]]) {
    const model = await load(pictures(shape), { backend: "alpha" });
    await fails(model.draw(canvas, { x, image }), { code: "input", field: "y" });
    assert.equal(devices.at(-1).runs, 1); // the self-test's
  }
  const model = await load(pictures([1, 2, 2]), { backend: "alpha" });
  const device = devices.at(-1);
  for (const none of [null, undefined, "canvas", {}, { getContext: () => null }]) {
    await fails(model.draw(none, { x, image }), { code: "input", field: "canvas" });
  }
  device.draw = async () => false; // as WebGPU on a canvas that is another's
  await model.draw(canvas, { x, image });
  assert.deepEqual([canvas.width, canvas.height, painted.length], [2, 2, 1]);
  assert.deepEqual(painted[0].data, Uint8ClampedArray.from([...expected(x, image).y].flatMap((v) => [v, v, v, 1].map((w) => 255 * w))));
  device.draw = async (...given) => void painted.push(given);
  await model.draw(canvas, { x, image });
  assert.equal(painted[1][0], canvas);
  assert.equal(device.destroyed, 0);
  assert.deepEqual(rows(model), ["alpha"]);
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

// The manifest

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

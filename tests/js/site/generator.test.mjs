import assert from "node:assert/strict";
import { test } from "node:test";

import { pack } from "../../../ganzoo/runtime/inputs.js";
import { normal } from "../../../ganzoo/runtime/noise.js";
import { accepted, DEFAULTS, readAddress, writeAddress } from "../../../ganzoo/site/web/generator/address.js";
import { classOf, lettersOf } from "../../../ganzoo/site/web/generator/classes.js";
import { directionsOf } from "../../../ganzoo/site/web/generator/directions.js";
import { sheetOf } from "../../../ganzoo/site/web/generator/many.js";
import { latest } from "../../../ganzoo/site/web/pace.js";
import { between, Space } from "../../../ganzoo/site/web/generator/space.js";
import { GENERATOR_WORDS } from "../../../ganzoo/site/web/generator/words.js";

globalThis.matchMedia ??= () => ({ matches: false });
const { checkpointsOf } = await import("../../../ganzoo/site/web/generator/training.js");

const spec = (name, meaning, size, parts = [], range = null) => ({ name, shape: [size], meaning, range, parts });
const part = (name, meaning, size) => ({ name, meaning, size });
const SEVERAL = {
  inputs: [
    spec("x", "latent", 7, [part("z", "latent", 4), part("label", "onehot", 3)]),
    spec("w", "latent", 2),
    spec("style", "onehot", 2),
    spec("size", "image", 1, [], [0.5, 1]),
  ],
  provenance: { classes: ["cat", "dog", "鳥"] },
};
const moment = (more) => ({ ...DEFAULTS, label: "cat", ...more });
const near = (actual, wanted) => {
  assert.equal(actual.length, wanted.length);
  actual.forEach((value, i) => assert(Math.abs(value - wanted[i]) < 1e-6, `${actual} is not ${wanted}`));
};

// The address

test("the address says what is not at its default, and reads as it was written", () => {
  assert.equal(writeAddress(moment({ label: "7", seed: 42 })), "label=7&seed=42");
  const way = { at: 0.25, to: 0, into: "x", smooth: false };
  const all = moment({ label: "a b,c&鳥", seed: 2 ** 32 - 1, truncation: 0.7, d: [0.5, -1, 0], ...way });
  const address = writeAddress(all);
  assert.match(address, /&truncation=0.7&d=0.5,-1&to=0&into=x&at=0.25&smooth=0$/);
  assert.deepEqual(readAddress(`#${address}`), { ...all, d: [0.5, -1] });
});

test("where a walk leads is said only on the way", () => {
  assert.equal(writeAddress(moment({ seed: 1, to: 2, into: "dog" })), "label=cat&seed=1");
  assert.equal(writeAddress(moment({ label: undefined, seed: 1, to: 2, at: 1 })), "seed=1&to=2&at=1");
});

for (const hash of [
  "",
  "#",
  "#seed=-1&truncation=1.3&at=2&to=1.5",
  "#seed=4294967296&truncation=&at=&d=",
  "#seed=0x10&truncation=NaN&d=1,x&at=Infinity",
  "#seed=1e3&d=3.1&smooth=2",
  `#d=${Array(65).fill(1)}`,
  "#__proto__=1&constructor=2&%ff",
]) {
  test(`a hostile address is dropped: ${hash.slice(0, 40)}`, () => {
    const { d, ...rest } = readAddress(hash);
    assert.deepEqual(rest, {});
    assert(!d?.some(Boolean));
  });
}

test("attributes and properties are held to the same rules", () => {
  assert.deepEqual(accepted({ seed: "12", label: "7" }), { seed: 12, label: "7" });
  assert.deepEqual(accepted({ seed: null, label: null }), {});
  assert.deepEqual(accepted({ seed: 1.5, label: 7, truncation: {}, d: [NaN] }), {});
});

// The input space

test("noise is the runtime's, each part from its own stream", () => {
  near(new Space(SEVERAL).noise(42), [...normal(42, 4, 0), ...normal(42, 2, 2)]);
});

test("names that are numbers, which objects put first, do not change the order of noise", () => {
  const inputs = [spec("z", "latent", 4), spec("1", "latent", 2)];
  const { arrays } = pack(inputs, new Space({ inputs }).values([moment({ label: undefined, seed: 3 })]));
  near(arrays[0], normal(3, 4, 0));
  near(arrays[1], normal(3, 2, 1));
});

test("every input gets what it means, a batch at once", () => {
  const space = new Space(SEVERAL);
  const { arrays, n } = pack(SEVERAL.inputs, space.values([moment({ seed: 1 }), moment({ seed: 2, label: "鳥" })]));
  assert.equal(n, 2);
  near(arrays[0], [...normal(1, 4, 0), 1, 0, 0, ...normal(2, 4, 0), 0, 0, 1]);
  near(arrays[1], [...normal(1, 2, 2), ...normal(2, 2, 2)]);
  near(arrays[2], [1, 0, 1, 0]);
  near(arrays[3], [0.5, 0.5]);
});

test("a generator may have no classes, or one", () => {
  const none = { inputs: [spec("z", "latent", 4)] };
  assert.deepEqual(new Space(none).classes, []);
  near(pack(none.inputs, new Space(none).values([moment({ label: undefined, seed: 3 })])).arrays[0], normal(3, 4));
  const one = { inputs: [spec("z", "latent", 2), spec("y", "onehot", 1)] };
  const space = new Space(one);
  assert.deepEqual(space.classes, []); // there is nothing to choose
  near(pack(one.inputs, space.values([moment({ label: undefined }), moment({ seed: 1 })])).arrays[1], [1, 1]);
});

test("truncation is about 0; directions are added after it", () => {
  const space = new Space(SEVERAL);
  const z = space.noise(5);
  space.directions = [Float32Array.of(1, 0, 0, 0, 0, 0), Float32Array.of(0, 1, 0, 0, 0, 0)];
  near(space.point(moment({ seed: 5 })), z);
  const moved = space.point(moment({ seed: 5, truncation: 0.5, d: [2] }));
  near(moved, [...z].map((value, i) => value / 2 + (i ? 0 : 2)));
});

test("a walk begins and ends at its seeds, stays on the sphere, and blends the classes", () => {
  const space = new Space(SEVERAL);
  const way = { seed: 1, to: 2, into: "dog" };
  near(space.point(moment({ ...way, at: 0 })), space.noise(1));
  near(space.point(moment({ ...way, at: 1 })), space.noise(2));
  near(space.blend(moment({ ...way, at: 0.25 })), [0.75, 0.25, 0]);
  near(space.blend(moment({ at: 0.25 })), [1, 0, 0]);
  const middle = between(Float32Array.of(1, 0), Float32Array.of(0, 1), 0.5);
  near(middle, [Math.SQRT1_2, Math.SQRT1_2]);
});

test("there is a way between the same, the opposite, and nothing", () => {
  const a = Float32Array.of(3, 4);
  near(between(a, a, 0.3), a);
  near(between(a, a.map((value) => -value), 0.5), [0, 0]);
  near(between(Float32Array.of(0, 0), a, 0.5), [1.5, 2]);
});

// Directions

const bundled = (told, values, bytes = values.byteLength) => {
  const content = new Uint8Array(values.buffer);
  globalThis.fetch = async () => new Response(content);
  const sha256 = async () => Buffer.from(await crypto.subtle.digest("SHA-256", content)).toString("hex");
  return sha256().then((hash) => ({
    src: new URL("http://localhost/model/manifest.json"),
    model: { manifest: { ...SEVERAL, directions: told, files: { "d.bin": { bytes, sha256: hash } } } },
  }));
};

test("directions are laid where their part is among all noise", async () => {
  const network = await bundled({ file: "d.bin", name: "w", count: 2 }, Float32Array.of(1, 0, 0, 1));
  const found = await directionsOf(network, new Space(SEVERAL));
  assert.deepEqual(found.map((one) => one.join()), ["0,0,0,0,1,0", "0,0,0,0,0,1"]);
});

for (const [what, told, values] of [
  ["no count", { file: "d.bin", name: "w" }, [1, 0]],
  ["more than there are", { file: "d.bin", name: "w", count: 2 }, [1, 0]],
  ["far too many", { file: "d.bin", name: "w", count: 1e9 }, [1, 0]],
  ["of a label", { file: "d.bin", name: "label", count: 1 }, [1, 0, 0]],
  ["of nothing", { file: "d.bin", name: "q", count: 1 }, [1, 0]],
  ["no numbers", { file: "d.bin", name: "w", count: 1 }, [NaN, 0]],
  ["of no file", { file: "e.bin", name: "w", count: 1 }, [1, 0]],
  ["a text", "d.bin", [1, 0]],
]) {
  test(`directions are refused: ${what}`, async () => {
    const network = await bundled(told, Float32Array.from(values));
    await assert.rejects(directionsOf(network, new Space(SEVERAL)));
  });
}

test("a bundle may have none", async () => {
  assert.deepEqual(await directionsOf(await bundled(undefined, new Float32Array(1)), new Space(SEVERAL)), []);
});

// Choosing

test("a digit's key is a class's name, or its place where no name is a digit", () => {
  const digits = ["3", "1", "12"];
  assert.deepEqual(["1", "3"].map((key) => classOf(digits, key)), ["1", "3"]);
  for (const key of ["0", "a", "12", " ", "Enter"]) assert.equal(classOf(digits, key), undefined);
  assert.deepEqual(["0", "2", "9"].map((key) => classOf(["cat", "dog", "鳥"], key)), ["cat", "鳥", undefined]);
});

test("a sheet stays where it is while the seed is on it, and goes round the last seed", () => {
  const generator = { state: moment({ seed: 2 ** 32 - 1 }), rows: 3, sheet: 0, space: new Space(SEVERAL) };
  const seeds = () => sheetOf(generator).cells.map(({ seed }) => seed);
  assert.deepEqual(seeds(), [0, 0, 0, 1, 1, 1, 2, 2, 2].map((step) => (2 ** 32 - 1 + step) % 2 ** 32));
  generator.state.seed = 1;
  assert.equal(seeds()[0], 2 ** 32 - 1);
  generator.state.seed = 2;
  assert.equal(seeds()[0], 2);
});

test("a sheet of very many classes has the first of them", () => {
  const classes = Array.from({ length: 1000 }, (_, i) => `${i}`);
  const { columns, cells } = sheetOf({ state: moment({ seed: 5 }), rows: 2, sheet: 5, space: { classes } });
  assert.deepEqual([columns, cells.length, cells[39].label, cells[39].seed], [20, 40, "19", 6]);
});

test("only the newest is done of what is asked for meanwhile, and a failure stops nothing", async () => {
  const done = [];
  let release;
  const act = latest(async (value) => {
    done.push(value);
    await new Promise((resolve) => (release = resolve));
    if (value === 1) throw new Error("told");
  });
  const all = [1, 2, 3, 4].map(act);
  assert.deepEqual(done, [1]);
  release();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(done, [1, 4]);
  release();
  await Promise.all(all);
  act(5);
  assert.deepEqual(done, [1, 4, 5]);
});

// The timeline

test("a timeline is a list of sheets beside it", () => {
  const good = [
    { file: "0000400.png?12345678", iteration: 400, epoch: 3.2 },
    { file: "1.png", iteration: 0, epoch: null },
  ];
  assert.equal(checkpointsOf(good), good);
  const [one] = good;
  const places = ["../1.png", "//host/1.png", "http:1", "a/b.png", "a.png#", ".png"];
  const rows = [...places.map((file) => ({ file })), { iteration: 1.5 }, { iteration: "1" }, { epoch: "<b>" }];
  const bad = [{}, null, [], "x", [null], ...rows.map((row) => [one, { ...one, ...row }])];
  for (const list of bad) assert.throws(() => checkpointsOf(list), JSON.stringify(list));
});

test("both languages say the same things, of the same values", () => {
  const values = (text) => [...new Set(text.match(/{\w+}/g) ?? [])].sort().join();
  const { en, ja } = GENERATOR_WORDS;
  assert.deepEqual(Object.keys(ja), Object.keys(en));
  for (const key of Object.keys(en)) assert.equal(values(ja[key]), values(en[key]), key);
});

test("a class's button has room for its longest word", () => {
  assert.equal(lettersOf(["0", "9"]), 1);
  assert.equal(lettersOf(["circle", "red triangle"]), 8);
  assert.equal(lettersOf(["ハート"]), 6);
  assert.equal(lettersOf(["pneumonoultramicroscopicsilicovolcanoconiosis"]), 14);
});

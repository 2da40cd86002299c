/**
 * A bundle made for tests, and the network that it travels over: y = W [z | label] + b + image, s = its sum.
 * `node bundle.mjs FOLDER` writes one for a browser.
 */

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const WEIGHTS = new URL("../../../ganzoo/runtime/weights.js", import.meta.url);
const FAKE = fileURLToPath(new URL("fake.js", import.meta.url));
const Z = 3;
const LABELS = 2;
const OUT = 4;

const W = Float32Array.from({ length: (Z + LABELS) * OUT }, (_, i) => ((i * 7) % 11) / 8 - 0.5);
const B = Float32Array.of(0.5, -0.25, 0.125, 1);

/** What the network makes of one sample. */
export function expected(x, image) {
  const y = Float32Array.from(B, (b, j) => x.reduce((sum, value, k) => sum + value * W[k * OUT + j], b + image[j]));
  return { y, s: Float32Array.of(y.reduce((a, b) => a + b, 0)) };
}

export const GOLDEN = { x: Float32Array.of(0.5, -1, 0.25, 0, 1), image: Float32Array.of(0, 0.25, 0.5, 1) };

export const describe = (content) => ({ bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") });

/** The bytes of W, then b. int8 has a scale for each column, and is exact for scales of 1/8. */
const ENCODINGS = {
  f32: (array) => new Uint8Array(array.buffer.slice(array.byteOffset, array.byteOffset + array.byteLength)),
  f16: (array) => {
    const halves = new Uint16Array(array.length + (array.length % 2));
    array.forEach((value, i) => (halves[i] = half(value)));
    return new Uint8Array(halves.buffer);
  },
  int8: (array) => {
    const scales = Float32Array.of(0.125, 0.125, 0.125, 0.125);
    const bytes = new Uint8Array(16 + array.length);
    bytes.set(new Uint8Array(scales.buffer));
    new Int8Array(bytes.buffer, 16).set(Array.from(array, (value) => value * 8));
    return bytes;
  },
};

/** Of a value that a half holds exactly and whose exponent is normal. */
function half(value) {
  const [word] = new Uint32Array(Float32Array.of(value / 2 ** 112).buffer);
  return ((word >>> 16) & 0x8000) | ((word & 0x7fffffff) >>> 13);
}

/**
 * @param {{backends?: string[], encoding?: string, shards?: number}} [options]
 * @returns {{manifest: any, files: Map<string, Uint8Array>}}
 */
export function bundle({ backends = ["alpha", "beta", "gamma"], encoding = "f32", shards = 1 } = {}) {
  const tensors = [];
  const parts = [];
  let offset = 0;
  let at = 0;
  for (const [name, array, shape] of [["W", W, [1, Z + LABELS, OUT]], ["b", B, [OUT]]]) {
    const how = name === "b" && encoding === "int8" ? "f32" : encoding;
    const content = ENCODINGS[how](array);
    tensors.push({ name, shape, offset, values: array.length, bytes: content.length, at, encoding: how });
    parts.push(content);
    offset += array.length;
    at += content.length;
  }
  const weights = Buffer.concat(parts);
  const files = new Map();
  const cut = Math.ceil(weights.length / shards);
  const names = Array.from({ length: shards }, (_, i) => {
    const content = new Uint8Array(weights.subarray(i * cut, (i + 1) * cut));
    const name = `weights-${describe(content).sha256.slice(0, 8)}.bin`;
    files.set(name, content);
    return name;
  });
  for (const name of backends) files.set(`${name}.json`, new TextEncoder().encode(JSON.stringify({ out: OUT })));
  for (const name of backends) files.set(`${name}.js`, new Uint8Array(readFileSync(FAKE)));
  if (encoding !== "f32") files.set("weights.js", new Uint8Array(readFileSync(WEIGHTS)));
  const right = expected(GOLDEN.x, GOLDEN.image);
  const sample = [GOLDEN.x, GOLDEN.image, right.y, right.s].flatMap((values) => [...values]);
  files.set("golden.bin", new Uint8Array(Float32Array.from(sample).buffer));
  const manifest = {
    format: 1,
    name: "fake",
    inputs: [
      {
        name: "x",
        shape: [Z + LABELS],
        meaning: "latent",
        range: null,
        parts: [
          { name: "z", size: Z, meaning: "latent" },
          { name: "label", size: LABELS, meaning: "onehot" },
        ],
      },
      { name: "image", shape: [1, 2, 2], meaning: "image", range: [0, 1], parts: [] },
    ],
    outputs: [
      { name: "y", shape: [OUT], meaning: "logits", range: null, parts: [] },
      { name: "s", shape: [1], meaning: "logits", range: null, parts: [] },
    ],
    weights: { values: offset, encoding, shards: names, tensors },
    files: Object.fromEntries([...files].map(([name, content]) => [name, describe(content)])),
    backends: Object.fromEntries(backends.map((name) => [name, { module: `${name}.js`, prefetch: [`${name}.json`], program: `${name}.json`, name }])),
    golden: {
      file: "golden.bin",
      tolerance: Object.fromEntries(backends.map((name) => [name, 1e-5])),
    },
    provenance: { arch: "fake" },
  };
  return { manifest, files };
}

/** @type {string | undefined} */
let root;
process.on("exit", () => root && rmSync(root, { recursive: true }));

/** @type {WeakMap<Map<string, Uint8Array>, string>} */
const folders = new WeakMap();

/** A folder with the modules of `files`, as they are when it is first asked for. */
function folderOf(files) {
  let folder = folders.get(files);
  if (folder) return folder;
  root ??= mkdtempSync(join(tmpdir(), "ganzoo-runtime-"));
  folder = mkdtempSync(join(root, "bundle-"));
  folders.set(files, folder);
  for (const [name, content] of files) if (name.endsWith(".js")) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  return folder;
}

/**
 * A folder from which modules are imported, and `fetch`, which answers for it from memory.
 * @param {{manifest: any, files: Map<string, Uint8Array>}} made
 * @param {(name: string) => Response | Promise<Response> | undefined} [fault] answers in place of the server
 */
export function serve({ manifest, files }, fault = () => undefined) {
  const folder = folderOf(files);
  const requests = [];
  globalThis.fetch = async (url, { signal } = {}) => {
    const name = new URL(url).pathname.split("/").pop();
    requests.push(name);
    signal?.throwIfAborted();
    const answer = await fault(name, signal);
    if (answer) return answer;
    const content = name === "manifest.json" ? manifestBytes(manifest) : files.get(name);
    return content ? new Response(stream(content)) : new Response("", { status: 404 });
  };
  return { url: pathToFileURL(folder), requests };
}

export const manifestBytes = (manifest) =>
  typeof manifest === "string" ? new TextEncoder().encode(manifest) : new TextEncoder().encode(JSON.stringify(manifest));

/** `content` in chunks of seven bytes. */
export function stream(content) {
  return new ReadableStream({
    start(controller) {
      for (let i = 0; i < content.length; i += 7) controller.enqueue(content.slice(i, i + 7));
      controller.close();
    },
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { manifest, files } = bundle({ shards: 2 });
  mkdirSync(process.argv[2], { recursive: true });
  for (const [name, content] of files) writeFileSync(join(process.argv[2], name), content);
  writeFileSync(join(process.argv[2], "manifest.json"), JSON.stringify(manifest));
  cpSync(FAKE, join(process.argv[2], "fake.js"));
}

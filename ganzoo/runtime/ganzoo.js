/** Load a bundle and run its network: docs/runtime.md. */

import { GanzooError } from "./errors.js";
import { fetchBytes, Files, join } from "./fetching.js";
import { noise, pack } from "./inputs.js";
import { MANIFEST, parse, product, refuse } from "./manifest.js";
import { Backends } from "./select.js";

export { GanzooError };

/** @typedef {import("./types.js").Options} Options */

const LONGEST = 2 ** 24; // bytes of a manifest

/**
 * @param {string | URL} url of the bundle's folder, or of its manifest
 * @param {Options} [options]
 * @returns {Promise<Model>}
 */
export async function load(url, options = {}) {
  const { signal } = options;
  const stopped = () => new GanzooError("aborted", "loading was aborted", { cause: signal?.reason });
  if (signal?.aborted) throw stopped();
  const loading = start(url, options);
  return new Promise((resolve, reject) => {
    const stop = () => {
      reject(stopped());
      loading.then((model) => model.destroy()).catch(() => {});
    };
    signal?.addEventListener("abort", stop);
    loading.then(resolve, reject).finally(() => signal?.removeEventListener("abort", stop));
  });
}

/**
 * @param {string | URL} url
 * @param {Options} options
 */
async function start(url, options) {
  const { signal, backend = "auto" } = options;
  const place = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
  if (!place.pathname.endsWith(".json")) place.pathname = place.pathname.replace(/\/?$/, "/manifest.json");
  const json = new TextDecoder().decode(await fetchBytes(place, MANIFEST, LONGEST, { signal }));
  const manifest = parse(json);
  const files = new Files(place, manifest.files, options);
  const weights = fetchWeights(manifest.weights, files);
  const golden = fetchGolden(manifest, files);
  for (const promise of [weights, golden]) promise.catch(() => {});
  const backends = new Backends({ manifest, golden, files, weights, options });
  let names = [backend].flat();
  let opening;
  if (backend === "auto") {
    names = Object.keys(manifest.backends);
    const hashes = Object.values(manifest.files).map(({ sha256 }) => sha256.slice(0, 8));
    opening = backends.fastest(names, `ganzoo ${place}`, ` ${navigator.userAgent} ${hashes}`);
  } else opening = backends.first(names.values());
  files.tell();
  try {
    return new Model(names, backends, await opening);
  } catch (error) {
    await Promise.all([weights, golden]); // where they are the reason, say so
    throw error;
  }
}

/**
 * @param {import("./types.js").Manifest} manifest
 * @param {Files} files
 * @returns {Promise<import("./types.js").Golden>}
 */
async function fetchGolden({ inputs, outputs, golden }, files) {
  const values = new Float32Array(await files.get(golden.file));
  if (!values.every(Number.isFinite)) refuse("golden.file", "not finite");
  let at = 0;
  const take = (/** @type {{ shape: number[] }} */ { shape }) => values.slice(at, (at += product(shape)));
  return { inputs: inputs.map(take), outputs: outputs.map(take) };
}

/**
 * @param {import("./types.js").Weights} weights
 * @param {Files} files
 */
async function fetchWeights({ shards, tensors }, files) {
  const parts = await Promise.all(shards.map((shard) => files.get(shard)));
  const content = join(parts.map((bytes) => new Uint8Array(bytes)));
  if (tensors.every(({ encoding }) => encoding === "f32")) return new Float32Array(content);
  return (await import("./weights.js")).decode(tensors, content);
}

/** A network that is ready to run. */
class Model {
  #names;
  #backends;
  /** @type {import("./device.js").Opened | undefined} */
  #opened;
  #destroyed = false;
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @param {string[]} names of the backends to fall back on
   * @param {Backends} backends
   * @param {import("./device.js").Opened} opened
   */
  constructor(names, backends, opened) {
    this.manifest = backends.bundle.manifest;
    this.inputs = this.manifest.inputs;
    this.outputs = this.manifest.outputs;
    this.report = backends.report;
    this.backend = opened.backend;
    this.#names = names;
    this.#backends = backends;
    this.#opened = opened;
  }

  /**
   * One sample or a batch; a second call waits for the first. Raises "input", "backend", "destroyed".
   * @param {Record<string, import("./types.js").Value>} values by the names of inputs or of their parts
   * @returns {Promise<Record<string, Float32Array>>} by the outputs' names, samples one after another
   */
  async run(values) {
    const outputs = await this.#turn(values, (opened, arrays, n) => opened.run(arrays, n));
    return Object.fromEntries(this.outputs.map(({ name }, i) => [name, outputs[i]]));
  }

  /**
   * Paint the first output, pictures in [0, 1] of one channel or of red, green and blue, one below the other, on a
   * canvas that takes their size. Raises as `run` does.
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas
   * @param {Record<string, import("./types.js").Value>} values
   */
  draw(canvas, values) {
    return this.#turn(values, (opened, arrays, n) => opened.draw(canvas, this.outputs[0].shape, arrays, n));
  }

  /**
   * @template T
   * @param {Record<string, import("./types.js").Value>} values
   * @param {(opened: import("./device.js").Opened, arrays: Float32Array[], n: number) => Promise<T>} act
   */
  async #turn(values, act) {
    const { arrays, n } = pack(this.inputs, Object(values));
    const turn = this.#last.then(() => this.#act((opened) => act(opened, arrays, n)));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /**
   * On the device, or after its loss on a new one: of the same backend, then of the others.
   * @template T
   * @param {(opened: import("./device.js").Opened) => Promise<T>} act
   */
  async #act(act) {
    const left = [...new Set([this.backend, ...this.#names])].values();
    for (;;) {
      if (this.#destroyed) throw new GanzooError("destroyed", "the model was destroyed");
      const opened = (this.#opened ??= await this.#backends.first(left));
      this.backend = opened.backend;
      try {
        if (!this.#destroyed) return await act(opened);
      } catch (error) {
        if (!this.#destroyed) {
          const row = { backend: opened.backend, ok: false };
          this.report.push(row);
          this.#backends.fail(row, error);
        }
      }
      opened.close();
      this.#opened = undefined;
    }
  }

  /**
   * Noise for the inputs that are noise, by name, the same for a seed in Python and everywhere. Raises "input".
   * @param {number} seed 0 to 2 ** 32 - 1
   * @param {number} [count] samples
   */
  noise(seed, count = 1) {
    return noise(this.inputs, seed, count);
  }

  /** Give the memory back; what runs ends with "destroyed". */
  destroy() {
    this.#destroyed = true;
    this.#opened?.close();
  }
}

/** Load a bundle and run its network: docs/runtime.md. */

import { GanzooError } from "./errors.js";
import { fetchBytes, Files, locate } from "./fetching.js";
import { noise, pack, reject } from "./inputs.js";
import { MANIFEST, parse, product } from "./manifest.js";
import { Backends } from "./select.js";

export { GanzooError };

/** @typedef {import("./types.js").Options} Options */

/**
 * @param {string | URL} url of the bundle's folder, or of its manifest
 * @param {Options} [options]
 * @returns {Promise<Model>}
 */
export function load(url, options = {}) {
  const { signal, onProgress } = options;
  const control = new AbortController(); // the page's own is forgotten after loading
  return new Promise((resolve, reject) => {
    const stop = (/** @type {unknown} */ reason) => {
      reject(reason);
      control.abort();
      loading.then((model) => model.destroy()).catch(() => {});
    };
    const abort = () => stop(new GanzooError("aborted", "loading was aborted", { cause: signal?.reason }));
    const loading = start(url, options, control.signal, (progress) => {
      try {
        control.signal.aborted || onProgress?.(progress);
      } catch (error) {
        stop(error);
      }
    });
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    loading.finally(() => signal?.removeEventListener("abort", abort)).then(resolve, reject);
  });
}

/**
 * @param {string | URL} url
 * @param {Options} options
 * @param {AbortSignal} signal
 * @param {Options["onProgress"]} onProgress
 */
async function start(url, { backend = "auto", worker }, signal, onProgress) {
  const place = locate(url);
  const json = new TextDecoder().decode(await fetchBytes(place, MANIFEST, 2 ** 22, { signal }));
  const manifest = parse(json);
  const files = new Files(place, manifest.files, signal);
  const weights = fetchWeights(manifest.weights, files);
  const golden = fetchGolden(manifest, files);
  const backends = new Backends({ manifest, golden, files, weights, options: { worker } });
  const all = Object.keys(manifest.backends);
  let names = [...new Set([backend].flat().flatMap((name) => (name === "*" ? all : name)))];
  let opening;
  if (backend === "auto") {
    names = all;
    const identity = ` ${navigator.userAgent} ${JSON.stringify(manifest.files)}`;
    opening = backends.fastest(names, `ganzoo ${place}${worker ? " worker" : ""}`, identity); // who computes elsewhere is another
  } else opening = backends.first(names.values());
  files.tell(onProgress);
  try {
    return new Model(names, backends, await opening);
  } catch (error) {
    await Promise.all([weights, golden]); // where they are the reason, say so
    throw error;
  } finally {
    files.tell();
  }
}

/**
 * @param {import("./types.js").Manifest} manifest
 * @param {Files} files
 * @returns {Promise<import("./types.js").Golden>}
 */
async function fetchGolden({ inputs, outputs, golden }, files) {
  const values = new Float32Array(await files.fetch(golden.file));
  let at = 0;
  const take = (/** @type {{ shape: number[] }} */ { shape }) => values.slice(at, (at += product(shape)));
  return { inputs: inputs.map(take), outputs: outputs.map(take) };
}

/**
 * @param {import("./types.js").Weights} weights
 * @param {Files} files
 */
async function fetchWeights({ shards, tensors }, files) {
  const decoder = tensors.some(({ encoding }) => encoding !== "f32") && files.module("weights.js");
  const [code, ...parts] = await Promise.all([decoder, ...shards.map((shard) => files.fetch(shard))]);
  const content = parts[1] ? await new Blob(parts).arrayBuffer() : parts[0];
  return code ? code.decode(tensors, content) : new Float32Array(content);
}

/** A network that is ready to run. */
class Model {
  #names;
  /** @type {Backends | undefined} none once it is destroyed */
  #backends;
  /** @type {import("./device.js").Opened | undefined} */
  #opened;
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
    this.backend = opened.row.backend;
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
   * Paint the first output, pictures of one channel or of red, green and blue, one below the other, on a canvas that
   * takes their size: black where the output's range begins, white where it ends. Raises as `run` does.
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas
   * @param {Record<string, import("./types.js").Value>} values
   */
  async draw(canvas, values) {
    const [spec] = this.outputs;
    const { name, shape } = spec;
    if (shape.length !== 3 || ![1, 3].includes(shape[0])) reject(name, "not a picture");
    if (!canvas?.getContext) reject("canvas", "not a canvas");
    return this.#turn(values, (opened, arrays, n) => opened.draw(canvas, spec, arrays, n));
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
    /** @type {Iterator<string> | undefined} */
    let left;
    for (;;) {
      const backends = this.#backends;
      if (!backends) throw new GanzooError("destroyed", "the model was destroyed");
      left ??= [...new Set([this.backend, ...this.#names])].values();
      const opened = (this.#opened ??= await backends.first(left));
      this.backend = opened.row.backend;
      try {
        if (this.#backends) return await act(opened);
      } catch (error) {
        if (/** @type {any} */ (error)?.code === "input") throw error;
        if (this.#backends) backends.fail(backends.row(opened.row.backend), error);
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
    this.#opened?.close();
    this.#backends = this.#opened = undefined;
  }
}

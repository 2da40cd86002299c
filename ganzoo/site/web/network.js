/** A bundle's network on the backend of the moment: loaded, timed, switched. */

import { load } from "../../runtime/ganzoo.js";
import { locate } from "../../runtime/fetching.js";
import { slotsOf } from "../../runtime/inputs.js";

const TIMED = 40; // ms of runs; below the 50 ms from which a page is felt to hang
const LEAST = 5; // runs
const CLEARLY = 0.7; // of the running one's time: what is worth a change

/**
 * @typedef {Record<string, import("../../runtime/types.js").Value>} Values
 * @typedef {object} Standing of a backend; times in ms
 * @property {string} name
 * @property {string} [reason] why it does not run
 * @property {number} [load] until it can run, with all that it fetched
 * @property {number} [first] its first run
 * @property {number} [steady] a run of one sample
 * @property {string} [info] the adapter
 */

/** Dispatches "change" when the running backend or what is known of one has changed. */
export class Network extends EventTarget {
  /** @type {import("../../runtime/types.js").Model | undefined} */
  #model;
  /** @type {Map<string, Standing>} */
  #standings = new Map();
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #control = new AbortController();

  /** @param {string | URL} src of the bundle's folder or manifest */
  constructor(src) {
    super();
    this.src = locate(src);
  }

  /**
   * Load it on the backend that was the best here before, or on the first of the manifest that works. Raises as `load`
   * does.
   * @param {import("../../runtime/types.js").Options["onProgress"]} onProgress
   * @param {AbortSignal} signal
   */
  start(onProgress, signal) {
    return this.#open([this.#remembered() ?? "*", "*"], { onProgress, signal });
  }

  get model() {
    if (!this.#model) throw new Error("not loaded");
    return this.#model;
  }

  /** The name of the backend that runs. */
  get backend() {
    return this.model.backend;
  }

  /**
   * What people call a backend of the bundle.
   * @param {string} name
   */
  titleOf(name) {
    return this.model.manifest.backends[name].title ?? name;
  }

  /** @returns {Standing[]} of each backend of the bundle */
  get standings() {
    return Object.keys(this.model.manifest.backends).map((name) => this.#standing(name));
  }

  /** @param {string} name */
  #standing(name) {
    const standing = this.#standings.get(name) ?? { name };
    this.#standings.set(name, standing);
    return standing;
  }

  /**
   * Outputs by name. A backend that is changed meanwhile changes nothing.
   * @param {Values} values
   */
  async run(values) {
    for (;;) {
      const { model } = this;
      const { backend } = model;
      const begun = performance.now();
      try {
        const outputs = await model.run(values);
        this.#standing(backend).first ??= performance.now() - begun;
        return outputs;
      } catch (error) {
        if (model === this.#model) throw error;
      } finally {
        if (model.backend !== backend) {
          this.#learn(model);
          this.#tell();
        }
      }
    }
  }

  /**
   * Switch. What does not run stays where it was, with its reason among the standings.
   * @param {string} name
   */
  use(name) {
    return this.#next(() => this.#use(name));
  }

  /** @param {string} name */
  async #use(name) {
    const before = this.model;
    if (name === before.backend) return;
    await this.#open([name, before.backend, "*"]);
    before.destroy();
    this.#remember(this.backend);
  }

  /**
   * Time the backends that were not yet, one after another, and switch where one is clearly faster.
   * @param {(name: string) => void} [begin] is told which
   */
  compare(begin) {
    return this.#next(() => this.#compare(begin));
  }

  /** @param {(name: string) => void} [begin] */
  async #compare(begin) {
    const { signal } = this.#control;
    for (const standing of this.standings) {
      if (standing.steady || standing.reason) continue;
      begin?.(standing.name);
      try {
        if (standing.name === this.backend) await time(this.model, standing);
        else {
          const begun = performance.now();
          const model = await load(this.src, { backend: standing.name, signal });
          standing.load = performance.now() - begun;
          await time(model, standing).finally(() => model.destroy());
        }
      } catch (/** @type {any} */ error) {
        if (signal.aborted) return;
        standing.reason = error.message;
      }
      this.#tell();
    }
    const [best] = this.standings.sort((a, b) => (a.steady ?? Infinity) - (b.steady ?? Infinity));
    const { steady = Infinity } = this.#standing(this.backend);
    if ((best.steady ?? Infinity) < CLEARLY * steady) await this.#use(best.name);
    else this.#remember(this.backend);
  }

  /**
   * One after another, and none once the network is given up.
   * @param {() => Promise<void>} act
   */
  #next(act) {
    const turn = this.#last.then(() => (this.#control.signal.aborted ? undefined : act()));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Whether the backends were compared here before. */
  get isCompared() {
    return this.#remembered() !== undefined;
  }

  /**
   * Of the weights, before they are fetched; NaN where that cannot be told.
   * @param {string | URL} src
   */
  static async bytes(src) {
    try {
      /** @type {import("../../runtime/types.js").Manifest} */
      const { weights, files } = await (await fetch(locate(src))).json();
      return weights.shards.reduce((sum, file) => sum + files[file].bytes, 0);
    } catch {
      return NaN;
    }
  }

  /** Fetch again what arrived damaged: a cache may have kept it. */
  async refresh() {
    const manifest = await (await fetch(this.src, { cache: "reload" })).json();
    const names = Object.entries(manifest.files).map(([file, { sha256 }]) => `${file}?${sha256.slice(0, 8)}`);
    await Promise.all(names.map((name) => fetch(new URL(name, this.src), { cache: "reload" })));
  }

  destroy() {
    this.#control.abort();
    this.#model?.destroy();
  }

  /**
   * @param {string | string[]} backend
   * @param {import("../../runtime/types.js").Options} [options]
   */
  async #open(backend, options) {
    const begun = performance.now();
    const model = await load(this.src, { backend, signal: this.#control.signal, ...options });
    if (this.#control.signal.aborted) model.destroy();
    this.#model = model;
    this.#learn(model);
    this.#standing(model.backend).load ??= performance.now() - begun;
    this.#tell();
  }

  /** @param {import("../../runtime/types.js").Model} model */
  #learn({ report, manifest }) {
    for (const { backend, reason, info } of report) {
      if (Object.hasOwn(manifest.backends, backend)) Object.assign(this.#standing(backend), { reason, info });
    }
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }

  // storage may be off, full or denied

  #remembered() {
    try {
      return localStorage.getItem(`ganzoo page ${this.src}`) ?? undefined;
    } catch {}
  }

  /** @param {string} name */
  #remember(name) {
    try {
      localStorage.setItem(`ganzoo page ${this.src}`, name);
    } catch {}
  }
}

/**
 * A run of one sample, and the first one where there was none.
 * @param {import("../../runtime/types.js").Model} model
 * @param {Standing} standing
 */
async function time(model, standing) {
  const values = example(model);
  const begun = performance.now();
  await model.run(values);
  const start = performance.now();
  standing.first ??= start - begun;
  let runs = 0;
  for (; performance.now() - start < TIMED || runs < LEAST; runs++) await model.run(values);
  standing.steady = (performance.now() - start) / runs;
}

/**
 * Valid values for every input: noise, the first class, else the least.
 * @param {import("../../runtime/types.js").Model} model
 */
function example(model) {
  /** @type {Values} */
  const values = model.noise(0);
  for (const { name, meaning, size, range } of model.inputs.flatMap((spec, i) => slotsOf(spec, i))) {
    values[name] ??= meaning === "onehot" ? 0 : new Float32Array(size).fill(range?.[0] ?? 0);
  }
  return values;
}

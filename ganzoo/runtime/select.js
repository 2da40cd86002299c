/** Which backend: the first that works, or the fastest. */

import { open } from "./device.js";
import { GanzooError } from "./errors.js";

/**
 * @typedef {import("./device.js").Opened} Opened
 * @typedef {import("./types.js").Row} Row
 */

export class Backends {
  /** @type {Row[]} */
  report = [];
  /** @type {unknown} the last one */
  error;

  /** @param {import("./types.js").Bundle} bundle */
  constructor(bundle) {
    this.bundle = bundle;
  }

  /**
   * @param {Row} row
   * @param {unknown} error
   */
  fail(row, error) {
    this.error = error;
    row.ok = false;
    row.reason = error instanceof Error ? error.message : String(error);
  }

  /** @param {string} backend */
  async #try(backend) {
    /** @type {Row} */
    const row = { backend, ok: true };
    this.report.push(row);
    try {
      const opened = await open(backend, this.bundle);
      row.info = opened.device.info;
      return { opened, row };
    } catch (error) {
      this.fail(row, error);
    }
  }

  /** @returns {never} */
  #none() {
    const { report, error } = this;
    if (report.length === 1 && error instanceof GanzooError) throw error;
    const reasons = report.map(({ backend, reason }) => (reason ? `; ${backend}: ${reason}` : ""));
    throw new GanzooError("backend", `no backend works${reasons.join("")}`, { report });
  }

  /**
   * Takes from `names` as many as it tries. Raises "backend", or what stopped the only one.
   * @param {Iterator<string>} names
   */
  async first(names) {
    for (let next; !(next = names.next()).done; ) {
      const tried = await this.#try(next.value);
      if (tried) return tried.opened;
    }
    return this.#none();
  }

  /**
   * What was the fastest is remembered under `key` for as long as browser and files are those of `identity`.
   * @param {string[]} names
   * @param {string} key
   * @param {string} identity
   */
  async fastest(names, key, identity) {
    const known = names.find((name) => storage((store) => store.getItem(key)) === name + identity);
    const again = known && (await this.#try(known));
    if (again) return again.opened;

    // made at the same time, timed one after another
    const tried = await Promise.all(names.map((name) => (name === known ? undefined : this.#try(name))));
    const working = tried.flatMap((each) => each ?? []);
    /** @type {Opened | undefined} */
    let best;
    let least = Infinity;
    for (const { opened, row } of working) {
      let ms = Infinity;
      try {
        ms = working.length > 1 ? (row.ms = await opened.time()) : 0;
      } catch (error) {
        this.fail(row, error);
      }
      /** @type {Opened | undefined} */
      let worse = opened;
      if (ms < least) {
        least = ms;
        [best, worse] = [opened, best];
      }
      worse?.close();
    }
    if (!best) return this.#none();
    const { backend } = best;
    storage((store) => store.setItem(key, backend + identity));
    return best;
  }
}

/**
 * It may be off, full or denied.
 * @param {(store: Storage) => unknown} work
 */
function storage(work) {
  try {
    return work(localStorage);
  } catch {}
}

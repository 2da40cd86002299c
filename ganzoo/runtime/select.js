/** Which backend: the first that works, or the fastest. */

import { inTime, open } from "./device.js";
import { GanzooError } from "./errors.js";

/**
 * @typedef {import("./device.js").Opened} Opened
 * @typedef {import("./types.js").Row} Row
 */

const ROWS = 50; // of the report
const WAIT = 3000; // ms
/** @type {Promise<never>} */
const NEVER = new Promise(() => {});

export class Backends {
  /** @type {Row[]} */
  report = [];
  /** @type {unknown} the last one, or the first that says that a file was altered: no browser can mend that */
  error;

  /** @param {import("./types.js").Bundle} bundle */
  constructor(bundle) {
    this.bundle = bundle;
  }

  /**
   * A new row of the report.
   * @param {string} backend
   * @returns {Row}
   */
  row(backend) {
    const row = { backend, ok: true };
    if (this.report.push(row) > ROWS) this.report.shift();
    return row;
  }

  /**
   * @param {Row} row
   * @param {unknown} error
   */
  fail(row, error) {
    if (!isAltered(this.error)) this.error = error;
    row.ok = false;
    row.reason = `${/** @type {any} */ (error)?.message ?? error}`;
  }

  /**
   * @param {string} backend
   * @param {Promise<never>} [late]
   */
  async #try(backend, late = NEVER) {
    const row = this.row(backend);
    try {
      return await open(row, this.bundle, late);
    } catch (error) {
      this.fail(row, error);
    }
  }

  /** @returns {never} */
  #none() {
    const { report, error } = this;
    if (isAltered(error) || (report.length === 1 && error instanceof GanzooError)) throw error;
    const reasons = report.map(({ backend, reason }) => (reason ? `; ${backend}: ${reason}` : ""));
    throw new GanzooError("backend", `no backend works${reasons.join("")}`, { report });
  }

  /**
   * Takes from `names` as many as it tries. Raises "backend", or what stopped the only one.
   * @param {Iterator<string>} names
   */
  async first(names) {
    for (let next; !(next = names.next()).done; ) {
      const opened = await this.#try(next.value);
      if (opened) return opened;
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
    if (again) return again;

    // made at the same time, timed one after another
    /** @type {Opened[]} */
    const working = [];
    /** @type {(value?: unknown) => void} */
    let hurry;
    /** @type {Promise<never>} */
    const late = new Promise((resolve) => (hurry = resolve)).then(() => inTime(NEVER, WAIT));
    await Promise.all(
      names.map(async (name) => {
        const opened = name !== known && (await this.#try(name, late));
        if (opened) hurry(working.push(opened));
      }),
    );
    for (const opened of working) {
      try {
        if (working[1]) opened.row.ms = await opened.time();
      } catch (error) {
        this.fail(opened.row, error);
      }
    }
    const [best] = working.filter(({ row }) => row.ok).sort((a, b) => (a.row.ms ?? 0) - (b.row.ms ?? 0));
    for (const opened of working) if (opened !== best) opened.close();
    if (!best) return this.#none();
    storage((store) => store.setItem(key, best.row.backend + identity));
    return best;
  }
}

/** @param {any} error */
const isAltered = (error) => error?.code === "corrupt";

/**
 * It may be off, full or denied.
 * @param {(store: Storage) => unknown} work
 */
function storage(work) {
  try {
    return work(localStorage);
  } catch {}
}

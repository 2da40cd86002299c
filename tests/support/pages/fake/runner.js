/**
 * A library for tests: doubles its inputs, and takes its time as the job's `fake` says.
 *
 * @typedef {object} Step what it does of each: `busy` ms blocking the page, `worker` ms while a worker is busy instead,
 *   `wait` ms doing nothing; `code`, run first, throws or breaks what it likes
 * @property {number} [busy]
 * @property {number} [worker]
 * @property {number} [wait]
 * @property {string} [code]
 */

const WORKER = `onmessage = ({ data }) => {
  const end = performance.now() + data;
  while (performance.now() < end);
  postMessage(0);
}`;

/** @type {Record<string, Step>} */
let fake;
/** @type {Worker} */
let worker;
/** @type {string[]} what had been asked for when the first output was there */
let asked;

const entries = () => /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));

/** @param {Step} [step] */
async function take({ busy = 0, worker: away = 0, wait = 0, code = "" } = {}) {
  if (code) await import(`data:text/javascript,${encodeURIComponent(code)}`);
  const end = performance.now() + busy;
  while (performance.now() < end);
  if (away) {
    const done = new Promise((resolve) => (worker.onmessage = resolve));
    worker.postMessage(away);
    await done;
  }
  if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
}

export async function script() {
  worker = new Worker(URL.createObjectURL(new Blob([WORKER])));
  ({ fake } = await (await fetch("fake.json")).json());
  await take(fake.script);
}

export async function load() {
  await take(fake.load);
  let runs = 0;
  return async (/** @type {Float32Array[]} */ values, /** @type {number} */ n) => {
    await take(runs++ ? fake.run : fake.first);
    asked ??= entries().map(({ name }) => name);
    if (values.some(({ length }) => length % n)) throw new Error("no whole samples");
    return values.map((array) => array.map((value) => 2 * value));
  };
}

/** Tells what was fetched when, in place of an adapter. */
export function renderer() {
  const fetched = entries().map(({ name, startTime, responseEnd }) => [name, startTime, responseEnd, asked.includes(name)]);
  return JSON.stringify(fetched);
}

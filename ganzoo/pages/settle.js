/** Run until times settle: engines compile what is hot again, and better, while it runs. */

const WINDOW_MS = 100;
const WINDOW_RUNS = 3;
const AGREEING = 3; // windows
const WITHIN = 1.05; // times the best one
const LIMIT_MS = 1500;
// of a network's first runs: before, an engine may not have noticed yet what is hot
const LEAST_RUNS = 400;
const LEAST_MS = 1000;

/**
 * Run in windows of 100 ms and at least 3 runs, until the medians of three are within 5% of the best, or for 1.5 s. A
 * window that something else slowed down is only one more to wait for, and a better tier begins the count anew.
 * @param {() => Promise<unknown>} run
 * @param {object} how
 * @param {number} how.shortest ms that the clock can tell: faster runs are timed several together
 * @param {boolean} how.fresh whether it has not run before: then for 400 runs or 1 s, whichever comes first, at least
 * @param {() => Promise<void>} [how.between] called between windows
 * @returns {Promise<{ms: number, settled: boolean, runMs: number}>} how long it took; a run in the best window
 */
export async function settle(run, { shortest, fresh, between = async () => {} }) {
  /** @type {number[]} */
  const medians = [];
  const began = performance.now();
  for (let runs = 0; ; await between()) {
    const times = [];
    const last = runs + WINDOW_RUNS;
    let now = performance.now();
    for (const end = now + WINDOW_MS; now < end || (runs < last && now - began < LIMIT_MS); ) {
      const start = now;
      const before = runs;
      do {
        await run();
        runs++;
        now = performance.now();
      } while (now - start < shortest);
      times.push((now - start) / (runs - before));
    }
    medians.push(times.sort((a, b) => a - b)[times.length >> 1]);

    const ms = now - began;
    const runMs = Math.min(...medians);
    const agree = medians.filter((median) => median <= WITHIN * runMs).length >= AGREEING;
    const settled = agree && (!fresh || runs >= LEAST_RUNS || ms >= LEAST_MS);
    if (settled || ms >= LIMIT_MS) return { ms, settled, runMs };
  }
}

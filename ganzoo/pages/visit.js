/** One library with one network: its cold start, from navigation to the first output, then how it runs. */

import { blocked, heartbeat, idle } from "./heartbeat.js";
import { answer, classic, decode, encode, RUNNER } from "./page.js";

/**
 * @typedef {object} Job
 * @property {import("./types.js").Backend} backend
 * @property {import("./types.js").Spec[]} inputs
 * @property {import("./types.js").Spec[]} outputs
 * @property {string[]} first a sample, one text per input
 * @property {number[]} batches how many pictures a run, ascending, each to be timed
 * @property {number} seconds to time each of them
 * @property {boolean} cold whether the first output is all that is wanted
 */

const PAUSE = 1; // ms between heartbeats of a cold start: 1% of a core, and a task of a few ms is still told

const adapters = () => import("./adapter.js"); // not needed before the first output

await answer(async (/** @type {Job} */ job) => {
  const { backend } = job;
  /** @type {import("./types.js").Runner} */
  const { script, load, renderer } = await import(new URL(RUNNER, location.href).href);
  const first = job.first.map(decode);

  const { lap, stop } = heartbeat(PAUSE);
  const times = [0, performance.now()]; // since navigation
  /** @type {import("./types.js").Run} */
  let run;
  let output;
  try {
    await script(backend, "model", classic);
    times.push(performance.now());
    run = await load("model", backend, job);
    times.push(performance.now());
    output = await run(first, 1);
    times.push(performance.now());
  } catch (error) {
    const { lacking } = await adapters();
    throw new Error((await lacking(backend)) || (error instanceof Error ? error.message : String(error)));
  }
  const gaps = lap();
  stop();
  const [pageMs, scriptMs, loadMs, firstMs] = times.slice(1).map((time, i) => time - times[i]);
  const result = {
    output: output.map(encode),
    cold: { pageMs, scriptMs, loadMs, firstMs },
    coldBlocked: blocked(gaps, await idle(PAUSE)),
    batches: [],
  };
  if (!job.cold) {
    const { steady } = await import("./steady.js");
    Object.assign(result, await steady(run, job));
  }
  const { adapter } = await adapters();
  return {
    ...result,
    renderer: renderer?.(backend) ?? (await adapter(backend)),
    userAgent: navigator.userAgent,
    secure: isSecureContext,
    isolated: crossOriginIsolated,
  };
});

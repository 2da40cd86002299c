/** How a network runs once its times have settled. */

import { clockStep, STEPS } from "./clock.js";
import { blocked, heartbeat, idle, least } from "./heartbeat.js";
import { decode, encode, progress } from "./page.js";
import { joined, parted } from "./samples.js";
import { settle } from "./settle.js";

const REPORT_MS = 2000;
const FEWEST = 3; // times, however long
const ENOUGH = 5; // unless they take PATIENCE times as long as asked for
const PATIENCE = 4;
const BLOCKED_MS = 300; // of runs beside a heartbeat
const SLOW_MS = 10; // a run that a beat every ms is enough for: one without sleep takes a core that may draw
const MEMORY_MS = 5000; // a browser may put the measurement off until it next collects garbage

/**
 * Time each batch of `job`, and what else there is to know of a warm network.
 * @param {import("./types.js").Run} run
 * @param {{batches: number[], seconds: number}} job
 */
export async function steady(run, { batches, seconds }) {
  const texts = /** @type {string[][]} */ (await (await fetch("samples.json")).json());
  const samples = texts.map((sample) => sample.map(decode));
  const clockMs = clockStep();
  const shortest = STEPS * clockMs;
  const alive = talker();
  let settled = true;
  let blockedMs = null;
  const timed = [];
  for (const batch of batches) {
    await progress(`${batch} at a time`);
    const turns = batch === 1 ? samples : [joined(samples, batch)];
    let turn = 0;
    const next = () => run(turns[turn++ % turns.length], batch);

    const warm = await settle(next, { shortest, fresh: timed.length === 0, between: alive });
    settled &&= warm.settled;
    const block = Math.ceil(shortest / warm.runMs);
    const runs = await collect(next, block, 1000 * seconds, alive);
    if (timed.length === 0) blockedMs = await blockedPerRun(next, warm.runMs, block, clockMs);
    timed.push({ batch, block, runs });
  }
  const memoryBytes = await memory();

  // last, so that they are in no one's memory
  const answered = [];
  for (const { batch, ...found } of timed) {
    const outputs = [];
    for (const values of batch === 1 ? samples : [joined(samples, batch)]) {
      outputs.push(...parted(await run(values, batch), batch).map((sample) => sample.map(encode)));
      await alive();
    }
    answered.push({ batch, ...found, outputs });
  }
  return { clockMs, settled, batches: answered, blockedMs, memoryBytes };
}

/** A sign of life where the last one was some time ago; in between nothing. */
function talker() {
  let told = performance.now();
  return async () => {
    if (performance.now() - told < REPORT_MS) return;
    await progress("still running");
    told = performance.now();
  };
}

/**
 * Times of single runs, ms: whole blocks of them, for the clock may be too coarse for less.
 * @param {() => Promise<unknown>} run
 * @param {number} block
 * @param {number} wanted ms
 * @param {() => Promise<void>} between called between blocks
 */
async function collect(run, block, wanted, between) {
  const runs = [];
  const began = performance.now();
  for (let ms = 0, blocks = 0; blocks < FEWEST || ms < (blocks < ENOUGH ? PATIENCE : 1) * wanted; blocks++) {
    let now = performance.now();
    for (let i = 0; i < block; i++) {
      const before = now;
      await run();
      now = performance.now();
      runs.push(now - before);
    }
    ms = now - began;
    await between();
  }
  return runs;
}

/**
 * How long a run blocks the main thread, ms: the median, as what preempts the thread blocks it, too. Null where its
 * blocks may be too short to be told.
 * @param {() => Promise<unknown>} run
 * @param {number} runMs what it takes
 * @param {number} block runs that the clock can tell together
 * @param {number} clockMs
 */
export async function blockedPerRun(run, runMs, block, clockMs) {
  const pause = runMs < SLOW_MS ? 0 : 1;
  const beat = await idle(pause);
  const untold = 5 * least(beat, clockMs); // ms: the blocks of a run this short may all be below `least`
  /** @type {(number | null)[]} */
  const found = [];
  const { lap, stop } = heartbeat(pause);
  const began = performance.now();
  while (found.length < FEWEST || performance.now() - began < BLOCKED_MS) {
    lap();
    for (let i = 0; i < block; i++) await run();
    const gaps = lap();
    const ms = gaps.reduce((sum, gap) => sum + gap, 0);
    if (gaps.length === 1) found.push(ms / block); // no beat: all of it
    else found.push(ms < untold * block ? null : blocked(gaps, beat, clockMs).totalMs / block);
  }
  stop();
  const told = found.filter((ms) => ms !== null).sort((a, b) => a - b);
  return 2 * told.length < found.length ? null : told[told.length >> 1];
}

/** Bytes, of this page and its workers; null where the browser does not tell. */
async function memory() {
  const measure = /** @type {any} */ (performance).measureUserAgentSpecificMemory;
  if (!measure || !crossOriginIsolated) return null;
  const late = new Promise((resolve) => setTimeout(resolve, MEMORY_MS, null));
  const told = measure.call(performance).then((/** @type {{bytes: number}} */ { bytes }) => bytes);
  return Promise.race([told, late]).catch(() => null);
}

/** How long the main thread is blocked: as long as a heartbeat is late. */

const CALIBRATION_MS = 60;

/**
 * Beat, and let every task that waits have its turn between two beats.
 * @param {number} pause ms of sleep between beats. With none a beat takes some 0.01 ms, tells the shortest blocks, and
 *   keeps a core busy
 * @returns {{lap: () => number[], stop: () => void}} a lap gives the ms from beat to beat since the last one; its end
 *   counts as a beat
 */
export function heartbeat(pause = 0) {
  /** @type {number[]} */
  const gaps = [];
  const { port1, port2 } = new MessageChannel();
  const next = () => port2.postMessage(0);
  let last = performance.now();
  const beat = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  };
  port1.onmessage = () => {
    beat();
    // browsers hold a timer set by a timer back to 4 ms, but not one that a message sets
    if (pause) setTimeout(next, pause);
    else next();
  };
  next();
  const lap = () => {
    beat();
    return gaps.splice(0);
  };
  return { lap, stop: () => port1.close() };
}

/**
 * What a beat takes on a thread that does nothing else, ms.
 * @param {number} [pause]
 */
export async function idle(pause) {
  const { lap, stop } = heartbeat(pause);
  await new Promise((resolve) => setTimeout(resolve, CALIBRATION_MS));
  const gaps = lap().sort((a, b) => a - b);
  stop();
  return gaps[gaps.length >> 1];
}

/**
 * The shortest lateness that is no accident, ms.
 * @param {number} idle
 * @param {number} clock the smallest step of the clock
 */
export const least = (idle, clock) => idle + 2 * clock;

/**
 * Blocks shorter than a beat are not told from none.
 * @param {number[]} gaps
 * @param {number} idle
 * @param {number} [clock] the smallest step of the clock, ms
 */
export function blocked(gaps, idle, clock = 0) {
  const late = gaps.map((gap) => gap - idle).filter((ms) => ms > least(idle, clock));
  return {
    totalMs: late.reduce((sum, ms) => sum + ms, 0),
    longestMs: late.reduce((most, ms) => Math.max(most, ms), 0),
  };
}

/** Many pictures, some at a time, so that the large one and the page stay fluent however slow the network is. */

import { pause, shown } from "../pace.js";

const REST = 60; // ms; more pictures would only be a blur

/**
 * @typedef {import("./space.js").Moment} Moment
 * @typedef {object} Wanted
 * @property {string} key what they depend on: what stands there already is not drawn again
 * @property {Moment[]} moments
 * @property {(i: number, picture: Float32Array) => void} show one of them
 * @property {(pictures: Float32Array[]) => void} [done] all are shown
 */

/**
 * Asks for pictures in place of those asked for before. It goes on where it was, so that each has its turn while what
 * is wanted changes in every frame.
 * @param {import("./generator.js").GanzooGenerator} generator
 * @returns {(wanted: Wanted) => void}
 */
export function inTurn(generator) {
  /** @type {Wanted & { made: Float32Array[], left: number } | undefined} */
  let current;
  let isRunning = false;
  let place = 0;
  const run = async () => {
    while (current?.left) {
      await shown();
      const wanted = current;
      const { moments } = wanted;
      const some = Array.from({ length: Math.min(wanted.left, generator.portion) }, (_, k) => (place + k) % moments.length);
      const begun = performance.now();
      const pictures = await generator.draw(some.map((i) => moments[i]));
      const took = performance.now() - begun;
      some.forEach((i, k) => wanted.show(i, (wanted.made[i] = pictures[k])));
      place += some.length;
      wanted.left -= some.length;
      if (!wanted.left) wanted.done?.(wanted.made);
      // while the large picture moves, most of the time is its own
      await pause(wanted === current && generator.at === undefined ? 0 : Math.max(REST, 3 * took));
    }
  };
  return async (wanted) => {
    if (wanted.key === current?.key && (isRunning || !current.left)) return;
    current = { ...wanted, made: [], left: wanted.moments.length };
    if (isRunning) return;
    isRunning = true;
    try {
      await run();
    } catch {
      // told where it was drawn
    } finally {
      isRunning = false;
    }
  };
}

/** When work is done: the newest first, and never so much that a page feels slow. */

/**
 * `act` one at a time; of what is asked for meanwhile, only the newest. What it throws, it has told.
 * @template T
 * @param {(value: T) => Promise<unknown>} act
 */
export function latest(act) {
  /** @type {{ value: T } | undefined} */
  let next;
  /** @type {Promise<void> | undefined} */
  let running;
  const run = async () => {
    while (next) {
      const { value } = next;
      next = undefined;
      await act(value).catch(() => {});
    }
    running = undefined;
  };
  return (/** @type {T} */ value) => {
    next = { value };
    return (running ??= run());
  };
}

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** The frame of this moment is on the screen, and whoever waited for it has had their turn. */
export const shown = async () => {
  await new Promise(requestAnimationFrame);
  await pause(0);
  await pause(0);
};

/**
 * The same for what may come later than the picture; most of the time is left to others.
 * @template T
 * @param {(value: T) => Promise<unknown>} act
 * @param {number} [rest] ms; more would only be a blur
 */
export function later(act, rest = 60) {
  return latest(async (/** @type {T} */ value) => {
    await shown();
    const begun = performance.now();
    await act(value);
    await pause(Math.max(rest, 3 * (performance.now() - begun)));
  });
}

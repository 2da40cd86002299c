/** When work is done: the newest first, and never so much that a page feels slow. */

/**
 * `act` one at a time; of what is asked for meanwhile, only the newest. What it throws, it has told; whether the last
 * one did is promised.
 * @template T
 * @param {(value: T) => Promise<unknown>} act
 */
export function latest(act) {
  /** @type {{ value: T } | undefined} */
  let next;
  /** @type {Promise<boolean> | undefined} */
  let running;
  const run = async () => {
    let isDone = true;
    while (next) {
      const { value } = next;
      next = undefined;
      isDone = await act(value).then(
        () => true,
        () => false,
      );
    }
    running = undefined;
    return isDone;
  };
  return (/** @type {T} */ value) => {
    next = { value };
    return (running ??= run());
  };
}

const BUSY = 12; // ms of a frame's 16 for what can wait

/** How many are done at once: as many as take `BUSY` longer than one alone does, by what they took before. */
export class Portion {
  size = 1;
  #alone = 0; // ms

  /** @param {number} most */
  constructor(most) {
    this.most = most;
  }

  /**
   * `n` took `ms`. Fewer than a portion tell nothing, unless even they were too many.
   * @param {number} n
   * @param {number} ms
   */
  learn(n, ms) {
    if (n === 1) this.#alone = ms;
    const fit = Math.floor((n * (BUSY + this.#alone)) / ms);
    if (fit < n || n === this.size) this.size = Math.max(1, Math.min(fit, 4 * n, this.most));
  }
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

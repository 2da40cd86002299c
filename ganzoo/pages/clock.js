/**
 * The smallest step of the clock that a page sees, ms: 0.005 to 1, by browser and by whether the page is isolated.
 * @returns {number}
 */
export function clockStep() {
  let smallest = Infinity;
  for (let i = 0; i < 50; i++) {
    const start = performance.now();
    let now = start;
    while (now === start) now = performance.now();
    smallest = Math.min(smallest, now - start);
  }
  return smallest;
}

/** How many steps of the clock a time must be to be taken for one: the step is at most 2.5% of it. */
export const STEPS = 40;

/** What plays: at the display's rate, or, for those who asked for less motion, in steps. */

import { button } from "./controls.js";
import { pause } from "../pace.js";

const STEP_TIME = 500; // ms
export const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * A button that plays and pauses. `step` is called with the milliseconds since the last call, until it promises false,
 * or the button or the page is not seen any more.
 * @param {import("../words.js").Translate} t
 * @param {(ms: number) => unknown} step
 * @param {() => void} [begin]
 * @param {() => void} [end]
 */
export function player(t, step, begin, end) {
  let turn = 0; // odd while it plays
  const stop = () => {
    if (turn % 2 === 0) return;
    turn++;
    document.removeEventListener("visibilitychange", stop);
    play.textContent = t("play");
    end?.();
  };
  const play = button(t("play"), async () => {
    if (turn % 2) return stop();
    const mine = ++turn;
    play.textContent = t("pause");
    begin?.();
    document.addEventListener("visibilitychange", stop);
    for (let last = performance.now(), goes = true; goes; ) {
      await (lessMotion.matches ? pause(STEP_TIME) : new Promise(requestAnimationFrame));
      if (mine !== turn) return;
      const now = performance.now();
      goes = play.isConnected && play.closest("details")?.open !== false && (await step(now - last)) !== false;
      last = now;
    }
    if (mine === turn) stop();
  });
  return play;
}

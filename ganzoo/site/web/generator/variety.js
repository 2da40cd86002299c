/** The panel with truncation and the latent directions. */

import { MOST_PSI, MOST_STEP } from "./address.js";
import { h } from "../dom.js";
import { button, slider } from "./controls.js";

/** @param {import("./generator.js").GanzooGenerator} generator */
export function varietyPanel(generator) {
  const { t, space } = generator;
  const { truncation } = generator.state;
  const inHundredths = (/** @type {number} */ value) => value.toFixed(2);
  const psi = slider(
    "truncation",
    t("truncation"),
    { min: 0, max: MOST_PSI, step: 0.05, value: truncation },
    (value) => generator.set({ truncation: value }),
    inHundredths,
  );
  /** @type {ReturnType<typeof slider>[]} */
  let steps = [];
  const place = h("div", { className: "directions" });
  generator.findDirections().then(() => {
    const { directions } = space;
    steps = directions.map((_, k) => {
      const range = { min: -MOST_STEP, max: MOST_STEP, step: 0.1, value: generator.state.d[k] ?? 0 };
      /** @type {(value: number) => void} */
      const onvalue = (value) => {
        const { d } = generator.state;
        generator.set({ d: directions.map((_, i) => (i === k ? value : (d[i] ?? 0))) });
      };
      return slider(`d${k}`, t("direction", { k: k + 1 }), range, onvalue, inHundredths);
    });
    place.replaceChildren(...steps.map(({ node }) => node));
  });
  generator.follow(psi.node, (moment) => {
    psi.set(moment.truncation);
    steps.forEach(({ set }, k) => set(moment.d[k] ?? 0));
  });
  return [psi.node, place, button(t("reset"), () => generator.set({ truncation: 1, d: [] }))];
}

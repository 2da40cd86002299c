/** The panel that walks from one seed, or class, to another. */

import { h } from "../dom.js";
import { anySeed, choice, seedField, slider } from "./controls.js";
import { lessMotion, player } from "./motion.js";

/** @param {import("./generator.js").GanzooGenerator} generator */
export function walkPanel(generator) {
  const { t, space } = generator;
  const { classes } = space;
  const { state } = generator;
  let seconds = 3;
  let way = 1; // or -1: back

  const move = (/** @type {number} */ at) => {
    if (generator.at === undefined) generator.set({ at });
    else generator.at = at;
  };
  const to = seedField("to", t("to"), t("whole"), (seed) => generator.set({ to: seed }));
  /** @type {[string, string][]} */
  const targets = classes.map((label) => [label, label]);
  const into = choice("into", t("into"), [["", t("same")], ...targets], (label) =>
    generator.set({ into: label || undefined }),
  );
  /** @type {[string, string][]} */
  const modes = ["back", "on"].map((each) => [each, t(each)]);
  const mode = choice("mode", t("mode"), modes, () => {});
  const inPercents = (/** @type {number} */ at) => `${Math.round(100 * at)}%`;
  const place = slider("at", t("at"), { min: 0, max: 1, step: 0.01, value: state.at }, move, inPercents);
  const inSeconds = (/** @type {number} */ value) => t("seconds", { value });
  const setLength = (/** @type {number} */ value) => (seconds = value);
  const length = slider("seconds", t("length"), { min: 1, max: 10, step: 1, value: seconds }, setLength, inSeconds);

  const stop = () => {
    const at = Math.round(1000 * (generator.at ?? 0)) / 1000;
    generator.at = undefined;
    generator.set({ at });
  };
  const step = (/** @type {number} */ ms) => {
    const isOn = mode.select.value === "on";
    if (isOn) way = 1;
    const at = (generator.at ?? 0) + (way * ms) / 1000 / seconds;
    generator.at = Math.min(1, Math.max(0, at));
    if (at < 0 || at > 1) isOn ? next() : (way = -way);
    return generator.show();
  };
  // the end is the start of the next leg
  const next = () => {
    const { label, into: target, to: seed = 0 } = generator.state;
    const after = target && classes[(classes.indexOf(target) + 1) % classes.length];
    generator.at = 0;
    generator.set({ seed, label: target ?? label, to: anySeed(), into: after });
  };

  const play = player(t, step, () => (generator.at = generator.state.at), stop);
  generator.follow(place.node, (moment) => {
    place.set(Math.round(100 * moment.at) / 100); // not every frame
    if (moment.to !== undefined) to.set(moment.to);
    into.select.value = moment.into ?? "";
  });
  const ends = h("div", { className: "row" }, to.node, ...(classes.length > 1 ? [into.node] : []));
  const note = lessMotion.matches ? [h("small", {}, t("less"))] : [];
  return [ends, place.node, h("div", { className: "row" }, play, mode.node), length.node, ...note];
}

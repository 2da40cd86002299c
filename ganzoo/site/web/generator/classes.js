/** The classes to choose from, each with its picture of the same noise. */

import { paint } from "../../../runtime/device.js";
import { h } from "../dom.js";
import { inTurn } from "./turns.js";

const PICTURES = 64; // of the first classes; those of a thousand would take seconds

/**
 * Radio buttons: browsers know their keys.
 * @param {import("./generator.js").GanzooGenerator} generator
 */
export function classStrip(generator) {
  const { classes } = generator.space;
  const drawn = classes.slice(0, PICTURES);
  const cells = classes.map((label, i) => {
    const input = h("input", { type: "radio", name: "label", value: label, onchange: () => generator.set({ label }) });
    const mark = h("span", { className: "mark" });
    const canvas = h("canvas", { ariaHidden: "true", width: 1, height: 1 });
    const picture = i < PICTURES ? [canvas] : [];
    return { input, canvas, mark, node: h("label", {}, input, ...picture, h("b", {}, label), mark) };
  });
  const draw = inTurn(generator);
  const strip = h("div", {}, ...cells.map((cell) => cell.node));
  strip.style.setProperty("--letters", `${lettersOf(classes)}`);
  const node = h("fieldset", { className: "classes" }, h("legend", {}, generator.t("class")), strip);
  generator.follow(node, (moment) => {
    cells[classes.indexOf(moment.label ?? "")].input.checked = true;
    draw({
      key: JSON.stringify([{ ...moment, label: "", into: "" }, !!generator.reader]),
      moments: drawn.map((label) => ({ ...moment, label, into: label })),
      show: (i, picture) => paint(cells[i].canvas, generator.shape, picture, 1),
      done: (pictures) => generator.reader?.see(moment, pictures),
    });
  });
  generator.marks = cells.map(({ mark }) => mark);
  return node;
}

/**
 * The length of the longest word, fourteen at most. A Japanese letter is as wide as two.
 * @param {string[]} classes
 */
export function lettersOf(classes) {
  const words = classes.flatMap((label) => label.replace(/[\u2e80-\uffff]/g, "--").split(/\s+/));
  return Math.min(14, Math.max(...words.map((word) => word.length)));
}

/**
 * The class that a digit's key names, or else counts from the first.
 * @param {string[]} classes
 * @param {string} key
 */
export function classOf(classes, key) {
  if (!/^\d$/.test(key)) return;
  return classes.some((label) => /^\d$/.test(label)) ? classes.find((label) => label === key) : classes[+key];
}

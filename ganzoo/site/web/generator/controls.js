/** Controls that several panels have. */

import { h } from "../dom.js";
import { accepted } from "./address.js";

/**
 * A labelled slider, its value in words beside it.
 * @param {string} id
 * @param {string} text
 * @param {Record<string, number>} range `min`, `max`, `step`, `value`
 * @param {(value: number) => void} onvalue
 * @param {(value: number) => string} [say]
 */
export function slider(id, text, range, onvalue, say = String) {
  const input = h("input", { type: "range", id, ...range });
  const told = h("output", { htmlFor: id });
  const set = (/** @type {number} */ value) => {
    if (value !== +input.value) input.value = value;
    input.ariaValueText = told.textContent = say(value);
  };
  input.oninput = () => {
    set(+input.value);
    onvalue(+input.value);
  };
  set(range.value);
  return { node: h("div", { className: "slider" }, h("label", { htmlFor: id }, text), told, input), set, input };
}

/**
 * A field for a seed, which refuses what is none.
 * @param {string} id
 * @param {string} text
 * @param {string} hint what a seed is
 * @param {(seed: number) => void} onseed
 */
export function seedField(id, text, hint, onseed) {
  const input = h("input", { id, inputMode: "numeric", autocomplete: "off", size: 11 });
  const refusal = h("small", { id: `${id}-hint`, className: "refusal" });
  const read = () => accepted({ seed: input.value.normalize("NFKC").trim() }).seed;
  const judge = (/** @type {boolean} */ isRight) => {
    refusal.textContent = isRight ? "" : hint;
    input.ariaInvalid = `${!isRight}`;
    input.setAttribute("aria-describedby", isRight ? "" : refusal.id);
  };
  input.oninput = () => {
    const seed = read();
    judge(seed !== undefined);
    if (seed !== undefined) onseed(seed);
  };
  const set = (/** @type {number} */ seed) => {
    if (read() === seed) return;
    input.value = seed;
    judge(true);
  };
  return { node: h("div", { className: "seed" }, h("label", { htmlFor: id }, text), input, refusal), set };
}

/**
 * @param {string} text
 * @param {() => void} onclick
 */
export const button = (text, onclick) => h("button", { type: "button", onclick }, text);

/**
 * One of several.
 * @param {string} id
 * @param {string} text
 * @param {[value: string, text: string][]} choices
 * @param {(value: string) => void} onchoice
 */
export function choice(id, text, choices, onchoice) {
  const options = choices.map(([value, title]) => h("option", { value }, title));
  const select = h("select", { id, onchange: () => onchoice(select.value) }, ...options);
  return { node: h("div", {}, h("label", { htmlFor: id }, text), select), select };
}

export const anySeed = () => crypto.getRandomValues(new Uint32Array(1))[0];

/** A picture that is drawn. */

import { Pad } from "../classifier/pad.js";
import { inkOf } from "../classifier/strokes.js";
import { h } from "../dom.js";

const SIDE = 256; // pixels
const RADIUS = 4; // of the lines

/** Dispatches "change" when its picture has changed, and what its pad does. */
export class Sketch extends EventTarget {
  #pad = new Pad();
  #isLight = false;

  constructor() {
    super();
    for (const type of ["change", "pen"]) this.#pad.addEventListener(type, () => this.dispatchEvent(new Event(type)));
  }

  /** Whether a pen is down. */
  get isDrawing() {
    return this.#pad.isDrawing;
  }

  /** @returns {import("./resize.js").Picture} black on white, or the other way around */
  get picture() {
    const places = this.#pad.strokes.map((stroke) => stroke.map(([x, y]) => [x * SIDE, y * SIDE]));
    const ink = inkOf(places, SIDE, SIDE, RADIUS);
    const data = new Uint8ClampedArray(4 * ink.length).fill(255);
    ink.forEach((value, i) => data.fill(255 * (this.#isLight ? value : 1 - value), 4 * i, 4 * i + 3));
    return { data, width: SIDE, height: SIDE, isDrawn: true };
  }

  /** @param {import("../words.js").Translate} t */
  view(t) {
    const { node } = this.#pad;
    node.ariaLabel = t("pad");
    const paint = () => node.classList.toggle("light", this.#isLight);
    const button = (/** @type {string} */ name, /** @type {() => void} */ onclick) =>
      h("button", { type: "button", onclick }, t(name));
    const light = h("input", { type: "checkbox", checked: this.#isLight });
    light.onchange = () => {
      this.#isLight = light.checked;
      paint();
      this.dispatchEvent(new Event("change"));
    };
    paint();
    return [
      h("p", { id: "draw" }, t("draw")),
      node,
      h(
        "div",
        { className: "row" },
        button("undo", () => this.#pad.undo()),
        button("clear", () => this.#pad.clear()),
        h("label", { className: "row" }, light, t("light")),
      ),
      h("small", { id: "keys" }, t("keys")),
    ];
  }
}

/** Two pictures in one place, with a divider between them. */

import { h } from "../dom.js";

const SMALL = 64; // pixels: below that they are to be seen

export class Compare {
  #shown = h("canvas", { role: "img", width: 1, height: 1 });
  #before = h("canvas");
  #after = h("canvas");
  #range = h("input", { type: "range", id: "divider", min: 0, max: 100, value: 50 });
  #names = [h("b"), h("b")];
  /** @type {import("../words.js").Translate} */
  #t = (key) => key;

  constructor() {
    const line = h("div", { className: "line", ariaHidden: "true" });
    this.node = h("div", { className: "compare" }, this.#shown, this.#range, line, ...this.#names);
    this.#range.oninput = () => this.#paint();
    const follow = (/** @type {PointerEvent} */ { clientX }) => {
      const { left, width } = this.node.getBoundingClientRect();
      this.#range.value = Math.round((100 * (clientX - left)) / width);
      this.#paint();
    };
    this.node.onpointerdown = (/** @type {PointerEvent} */ event) => {
      if (event.button) return;
      this.node.setPointerCapture(event.pointerId);
      follow(event);
    };
    this.node.onpointermove = (/** @type {PointerEvent} */ event) => {
      if (this.node.hasPointerCapture(event.pointerId)) follow(event);
    };
  }

  /** The result alone. @returns {HTMLCanvasElement} */
  get after() {
    return this.#after;
  }

  /** @param {import("../words.js").Translate} t */
  translate(t) {
    this.#t = t;
    this.#range.ariaLabel = t("divider");
    this.#shown.ariaLabel = t("both");
    this.#names.forEach((name, i) => (name.textContent = t(i ? "after" : "before")));
    this.#paint();
  }

  /**
   * @param {(canvas: HTMLCanvasElement) => void} before paints it
   * @param {(canvas: HTMLCanvasElement) => void} after likewise
   */
  show(before, after) {
    before(this.#before);
    after(this.#after);
    const { width, height } = this.#after;
    Object.assign(this.#shown, { width, height });
    this.node.style.setProperty("--ratio", `${width / height}`);
    this.node.style.setProperty("--pixels", Math.max(width, height) < SMALL ? "pixelated" : "auto");
    this.#paint();
  }

  #paint() {
    const part = this.#range.value / 100;
    const { width, height } = this.#shown;
    const context = this.#shown.getContext("2d");
    const edge = Math.round(part * width);
    this.node.style.setProperty("--at", `${part}`);
    this.#range.ariaValueText = this.#t("shown", { percent: `${this.#range.value}%` });
    context.imageSmoothingEnabled = Math.max(width, height) >= SMALL;
    if (this.#after.width) context.drawImage(this.#after, 0, 0);
    context.save();
    context.beginPath();
    context.rect(0, 0, edge, height);
    context.clip();
    context.drawImage(this.#before, 0, 0, width, height);
    context.restore();
  }
}

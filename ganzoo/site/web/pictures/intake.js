/** Where a visitor's pictures come in: dropped, pasted, chosen, photographed or drawn. */

import { h, panel } from "../dom.js";
import { pixelsOf } from "./bitmap.js";
import { Camera } from "./camera.js";
import { Sketch } from "./sketch.js";

/** @typedef {import("./resize.js").Picture} Picture */

export class Intake {
  #element;
  #take;
  #camera = new Camera();
  #sketch = new Sketch();
  #refusal = h("p", { role: "alert", className: "refused" });

  /**
   * @param {import("../element.js").GanzooElement} element it is a part of
   * @param {(picture: Picture) => void} take
   */
  constructor(element, take) {
    this.#element = element;
    this.#take = (/** @type {Picture} */ picture) => {
      this.#refuse("");
      take(picture);
    };
    this.#sketch.addEventListener("change", () => this.#take(this.#sketch.picture));
    this.#sketch.addEventListener("pen", () => element.say(element.t(this.#sketch.isDrawing ? "down" : "up")));
  }

  /** @param {AbortSignal} signal for as long as the element is in the page */
  connect(signal) {
    const element = this.#element;
    const mark = (/** @type {boolean} */ isOver) => element.toggleAttribute("data-over", isOver);
    element.addEventListener("dragover", (event) => {
      event.preventDefault();
      mark(true);
    }, { signal });
    element.addEventListener("dragleave", () => mark(false), { signal });
    element.addEventListener("drop", (event) => {
      event.preventDefault();
      mark(false);
      this.#open(event.dataTransfer?.files[0]);
    }, { signal });
    addEventListener("paste", ({ clipboardData }) => {
      const { activeElement, body } = document;
      const file = clipboardData?.files[0];
      if (file && (activeElement === element || activeElement === body)) this.#open(file);
    }, { signal });
    signal.addEventListener("abort", () => this.#camera.close());
  }

  /** In the language of the moment. */
  view() {
    const { t } = this.#element;
    this.#camera.close();
    this.#refuse("");
    const file = h("input", { type: "file", accept: "image/*", hidden: true, ariaLabel: t("choose") });
    file.onchange = () => {
      this.#open(file.files[0]);
      file.value = ""; // the same may be chosen again
    };
    const choose = h("button", { type: "button", id: "choose", onclick: () => file.click() }, t("choose"));
    const onclick = () => this.#camera.open(t, this.#take, () => this.#refuse(t("noCamera")));
    // a page that is not secure has none
    const camera = navigator.mediaDevices ? [h("button", { type: "button", id: "camera", onclick }, t("camera"))] : [];
    return h(
      "div",
      { className: "intake" },
      h(
        "div",
        { className: "zone" },
        h("p", {}, t("bring")),
        h("div", { className: "row" }, choose, file, ...camera),
        this.#refusal,
        this.#camera.node,
        h("small", {}, t("private")),
      ),
      panel("sketch", t("sketch"), () => this.#sketch.view(t)),
    );
  }

  /** @param {Blob | undefined} file */
  async #open(file) {
    try {
      if (!file) throw new Error("no file");
      this.#take(await pixelsOf(file));
    } catch {
      this.#refuse(this.#element.t("unreadable"));
    }
  }

  /** @param {string} why */
  #refuse(why) {
    this.#refusal.textContent = why;
  }
}

/** Where a visitor's pictures come in: dropped, pasted, chosen, photographed or drawn. */

import { h, panel } from "../dom.js";
import { pixelsOf } from "./bitmap.js";
import { Camera } from "./camera.js";
import { Sketch } from "./sketch.js";

/** @typedef {import("./resize.js").Picture} Picture */

export class Intake {
  #element;
  #give;
  #camera = new Camera();
  #sketch = new Sketch();
  #turn = 0;
  #refusal = h("p", { role: "alert", className: "refused" });

  /**
   * @param {import("../element.js").GanzooElement} element it is a part of
   * @param {(picture: Picture) => void} give is called with each
   */
  constructor(element, give) {
    this.#element = element;
    this.#give = give;
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
      this.#take(pixelsOf(event.dataTransfer?.files[0]));
    }, { signal });
    addEventListener("paste", ({ clipboardData }) => {
      const { activeElement, body } = document;
      const file = clipboardData?.files[0];
      if (file && (activeElement === element || activeElement === body)) this.#take(pixelsOf(file));
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
      this.#take(pixelsOf(file.files[0]));
      file.value = ""; // the same may be chosen again
    };
    const choose = h("button", { type: "button", id: "choose", onclick: () => file.click() }, t("choose"));
    const take = (/** @type {Promise<Picture>} */ picture) => this.#take(picture);
    const onclick = () => this.#camera.open(t, take, () => this.#refuse(t("noCamera")));
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

  /** @param {Picture | Promise<Picture>} picture */
  async #take(picture) {
    const turn = ++this.#turn;
    try {
      const taken = await picture;
      if (turn !== this.#turn) return; // a newer one was quicker
      this.#refuse("");
      this.#give(taken);
    } catch (/** @type {any} */ error) {
      this.#refuse(this.#element.t(error?.code === "falsified" ? "falsified" : "unreadable"));
    }
  }

  /** @param {string} why */
  #refuse(why) {
    this.#refusal.textContent = why;
  }
}

/** `<ganzoo-recognizer>`: a picture, and what the network takes it for. */

import { paint } from "../../../runtime/device.js";
import { normalized, preprocessOf } from "../../../runtime/preprocess.js";
import { h } from "../dom.js";
import { GanzooElement } from "../element.js";
import { latest } from "../pace.js";
import { Intake } from "../pictures/intake.js";
import { resized } from "../pictures/resize.js";
import { classesOf, inPercent, probabilities } from "../reading.js";
import { RECOGNIZER_WORDS } from "./words.js";

/** @typedef {import("../pictures/resize.js").Picture} Picture */

const BEST = 5;
const SMALL = 64; // pixels: below that they are to be seen

/** Dispatches "ganzoo-read" with `{label, probabilities}` when it has read a picture. */
export class GanzooRecognizer extends GanzooElement {
  static STYLE = new URL("recognizer.css", import.meta.url).href;
  static WORDS = RECOGNIZER_WORDS;

  /** @type {Picture | undefined} */
  #picture;
  #intake = new Intake(this, (picture) => (this.picture = picture));
  #shown = h("canvas", { role: "img", id: "shown" });
  #seen = h("canvas", { role: "img" });
  #bars = h("ol", { role: "list" });
  /** @type {{ name: string, chance: number }[]} the likeliest classes */
  #best = [];
  #control = new AbortController();

  connectedCallback() {
    this.#control = new AbortController();
    this.#intake.connect(this.#control.signal);
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.#control.abort();
    super.disconnectedCallback();
  }

  /** What is read: an ImageData, or rows of red, green, blue and opacity in `data`. */
  get picture() {
    return this.#picture;
  }

  set picture(picture) {
    this.#picture = picture;
    if (picture) {
      const { data, width, height } = picture;
      Object.assign(this.#shown, { width, height, hidden: false });
      this.#shown.getContext("2d").putImageData(new ImageData(Uint8ClampedArray.from(data), width), 0, 0);
      this.#shown.style.setProperty("--pixels", pixelsOf(width, height));
      this.#shown.style.setProperty("--ratio", `${width / height}`);
    }
    this.#read(this.#picture);
  }

  view() {
    const { network, t } = this;
    const outcome = network ? [this.#result(network)] : [];
    Object.assign(this.#shown, { ariaLabel: t("shown"), hidden: !this.#picture });
    return [h("div", { className: "pictures" }, h("div", { className: "intake" }, this.#shown, this.#intake.view()), ...outcome)];
  }

  ready() {
    this.#read(this.#picture);
    this.painted();
  }

  /** @param {import("../network.js").Network} network */
  #result({ model: { inputs } }) {
    const [, height, width] = inputs[0].shape;
    const seen = this.t("seen", { width, height });
    Object.assign(this.#seen, { ariaLabel: seen, width, height });
    this.#seen.style.setProperty("--pixels", pixelsOf(width, height));
    this.#bars.ariaLabel = this.t("chances");
    this.#show();
    const figure = h("figure", { hidden: !this.#picture }, this.#seen, h("figcaption", {}, seen));
    return h("div", { className: "outcome" }, h("h2", {}, this.t("chances")), this.#bars, figure);
  }

  #read = latest(async (/** @type {Picture | undefined} */ picture) => {
    const { network } = this;
    if (!network || !picture) return;
    const { manifest, inputs, outputs } = network.model;
    const [input, output] = [inputs[0], outputs[0]];
    try {
      const values = resized(picture, input.shape, preprocessOf(input).resize);
      const made = await network.run({ [input.name]: normalized(input, values) });
      const chances = probabilities(output, made[output.name]);
      const names = classesOf(manifest, output.shape[0]);
      const all = names.map((name, i) => ({ name, chance: chances[i] }));
      this.#best = all.sort((a, b) => b.chance - a.chance).slice(0, BEST);
      paint(this.#seen, input.shape, Float32Array.from(values), 1);
      this.#seen.closest("figure").hidden = false;
      this.#show();
      const [{ name, chance }] = this.#best;
      this.say(this.t("reading", { label: name, percent: inPercent(chance) }));
      const detail = { label: name, probabilities: chances };
      this.dispatchEvent(new CustomEvent("ganzoo-read", { detail, bubbles: true, composed: true }));
    } catch (/** @type {any} */ error) {
      if (this.network && error.code !== "destroyed") this.fail(error);
    }
  });

  #show() {
    const rows = this.#best.map(({ name, chance }, i) => {
      const bar = h("i");
      bar.style.transform = `scaleX(${chance})`;
      return h("li", { className: i ? "" : "best" }, h("b", {}, name), bar, h("span", {}, inPercent(chance)));
    });
    this.#bars.replaceChildren(...(rows.length ? rows : [h("li", {}, h("b", {}, this.t("empty")))]));
  }
}

/** @type {(width: number, height: number) => string} how they are shown */
const pixelsOf = (width, height) => (Math.max(width, height) < SMALL ? "pixelated" : "auto");

customElements.define("ganzoo-recognizer", GanzooRecognizer);

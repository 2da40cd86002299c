/** `<ganzoo-classifier>`: draw, and see what the network reads. */

import { paint } from "../../../runtime/device.js";
import { h } from "../dom.js";
import { GanzooElement } from "../element.js";
import { classesOf, fitted, inPercent, probabilities } from "../reading.js";
import { bars, examples } from "./bars.js";
import { Pad } from "./pad.js";
import { preprocess } from "./preprocess.js";
import { rasterOf } from "./strokes.js";
import { CLASSIFIER_WORDS } from "./words.js";

const PAUSE = 600; // ms without drawing, after which the reading is told
const FINE = 2; // pixels drawn for each that the network sees, which is a mean of them

/**
 * Dispatches "ganzoo-read" with `{label, probabilities}` when it has read what is drawn; `label` is null and the list
 * empty where nothing is.
 */
export class GanzooClassifier extends GanzooElement {
  static STYLE = new URL("classifier.css", import.meta.url).href;
  static WORDS = CLASSIFIER_WORDS;

  #pad = new Pad();
  #seen = h("canvas", { role: "img" });
  #bars = h("ol", { role: "list" });
  /** @type {string[]} */
  #names = [];
  #said = ""; // the reading in words, empty before the first
  /** @type {Promise<void> | undefined} the reading under way */
  #reading;
  #isRead = true;
  #pause = 0;

  constructor() {
    super();
    this.#pad.addEventListener("change", () => this.#changed());
    this.#pad.addEventListener("pen", () => this.say(this.t(this.#pad.isDrawing ? "down" : "up")));
  }

  /** What is drawn, as lists of [x, y] from 0 to 1. */
  get strokes() {
    return structuredClone(this.#pad.strokes);
  }

  set strokes(strokes) {
    this.#pad.strokes = strokes;
  }

  undo() {
    this.#pad.undo();
  }

  clear() {
    this.#pad.clear();
  }

  view() {
    const { t } = this;
    const button = (/** @type {string} */ name, /** @type {() => void} */ onclick) =>
      h("button", { type: "button", id: name, onclick }, t(name));
    const { node } = this.#pad;
    node.ariaLabel = t("pad");
    const { manifest, outputs } = this.network?.model ?? {};
    const names = manifest && outputs ? examples(classesOf(manifest, outputs[0].shape[0])) : "…";
    const drawing = [
      h("p", { id: "draw" }, t("draw", { names })),
      node,
      h("div", { className: "row" }, button("undo", () => this.undo()), button("clear", () => this.clear())),
    ];
    const result = this.network ? [this.#result(this.network)] : [];
    const keys = h("small", { id: "keys" }, t("keys"));
    return [h("div", { className: "classifier" }, h("div", { className: "drawing" }, ...drawing), ...result, keys)];
  }

  ready() {
    if (this.#pad.strokes.length) this.#changed();
    this.painted();
  }

  /** @param {import("../network.js").Network} network */
  #result({ model: { manifest, inputs, outputs } }) {
    const [, height, width] = inputs[0].shape;
    const seen = this.t("seen", { width, height });
    Object.assign(this.#seen, { ariaLabel: seen, width, height });
    this.#names = classesOf(manifest, outputs[0].shape[0]);
    this.#bars.ariaLabel = this.t("chances");
    const rows = bars(this.#names, []).map(({ name }) => h("li", {}, h("b", {}, name), h("i"), h("span", {}, inPercent(0))));
    this.#bars.replaceChildren(...rows);
    return h("div", { className: "result" }, this.#bars, h("figure", {}, this.#seen, h("figcaption", {}, seen)));
  }

  #changed() {
    this.#isRead = false;
    this.#update();
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.#tell(), PAUSE);
  }

  /** Read, at most once a frame, until what was read is what is drawn. */
  #update() {
    this.#reading ??= (async () => {
      while (!this.#isRead && this.network) {
        await new Promise(requestAnimationFrame);
        this.#isRead = true;
        await this.#read();
      }
    })()
      .catch((error) => this.network && this.fail(error))
      .finally(() => (this.#reading = undefined));
  }

  async #read() {
    const { network } = this;
    if (!network) return;
    const { inputs, outputs } = network.model;
    const [{ name, shape }] = inputs;
    const { strokes } = this.#pad;
    const { ink, width } = rasterOf(strokes, FINE * Math.max(...shape));
    const image = preprocess(ink, width, shape);
    paint(this.#seen, shape, image, 1);
    const run = () => network.run({ [name]: fitted(inputs[0], image) });
    const output = strokes.length ? (await run())[outputs[0].name] : [];
    if (network === this.network) this.#mark(probabilities(outputs[0], output));
  }

  /** @param {number[]} chances */
  #mark(chances) {
    const best = chances.indexOf(Math.max(...chances));
    const label = this.#names[best] ?? null;
    bars(this.#names, chances).forEach(({ name, chance }, i) => {
      const row = /** @type {any} */ (this.#bars.children[i]);
      row.className = name === label ? "best" : "";
      row.children[0].textContent = name;
      row.children[1].style.transform = `scaleX(${chance})`;
      row.children[2].textContent = inPercent(chance);
    });
    this.#said = label === null ? this.t("empty") : this.t("reading", { label, percent: inPercent(chances[best]) });
    const detail = { label, probabilities: chances };
    this.dispatchEvent(new CustomEvent("ganzoo-read", { detail, bubbles: true, composed: true }));
  }

  /** In words, once nobody is drawing. */
  async #tell() {
    await this.#reading;
    if (this.#pad.isDrawing || !this.#said) return;
    this.#pad.node.ariaLabel = `${this.t("pad")}: ${this.#said}`;
    this.say(this.#said);
  }
}

customElements.define("ganzoo-classifier", GanzooClassifier);

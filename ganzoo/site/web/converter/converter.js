/** `<ganzoo-converter>`: a picture, and what the network makes of it. */

import { paint } from "../../../runtime/device.js";
import { preprocessOf } from "../../../runtime/preprocess.js";
import { h } from "../dom.js";
import { GanzooElement } from "../element.js";
import { latest, pause } from "../pace.js";
import { OUTLINE, outline } from "../pictures/edges.js";
import { Intake } from "../pictures/intake.js";
import { resized } from "../pictures/resize.js";
import { save } from "../png.js";
import { Compare } from "./compare.js";
import { example } from "./example.js";
import { converted, ratioOf } from "./tiles.js";
import { CONVERTER_WORDS } from "./words.js";

/** @typedef {import("../pictures/resize.js").Picture} Picture */

const MOST = 2048; // pixels a side of a result: more take too long, and more memory than a phone has
const BUSY = 30; // ms, after which the page has its turn

/** Dispatches "ganzoo-convert" with `{width, height}` of the result when that is there. */
export class GanzooConverter extends GanzooElement {
  static STYLE = new URL("converter.css", import.meta.url).href;
  static WORDS = CONVERTER_WORDS;

  /** @type {Picture | undefined} the visitor's */
  #picture;
  #example = example();
  /** @type {boolean | undefined} whether piece by piece; undefined as the network suggests it */
  #isTiled;
  #intake = new Intake(this, (picture) => (this.picture = picture));
  #compare = new Compare();
  #bar = h("progress", { hidden: true });
  #sizes = h("fieldset");
  #save = h("button", { type: "button", id: "save", hidden: true });
  #about = h("p", { className: "about" });
  #control = new AbortController();
  #wish = 0; // grows with each: an older one need not be done

  connectedCallback() {
    this.#control = new AbortController();
    this.#intake.connect(this.#control.signal);
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.#control.abort();
    super.disconnectedCallback();
  }

  /** What is converted: an ImageData, or rows of red, green, blue and opacity in `data`. */
  get picture() {
    return this.#picture ?? this.#example;
  }

  set picture(picture) {
    this.#picture = picture;
    this.#ask();
  }

  view() {
    const { t } = this;
    this.#compare.translate(t);
    this.#bar.ariaLabel = t("converting");
    this.#save.onclick = () => {
      const { width, height } = this.#compare.after;
      save(this.#compare.after, `picture-${width}x${height}`);
    };
    const outcome = [this.#compare.node, this.#bar, this.#sizes, h("div", { className: "row" }, this.#save)];
    return [
      h("div", { className: "pictures" }, h("div", { className: "outcome" }, this.#about, ...outcome), this.#intake.view()),
    ];
  }

  async begin() {
    await this.#ask();
  }

  ready() {
    this.#tell();
  }

  #specs() {
    const { inputs, outputs } = /** @type {import("../network.js").Network} */ (this.network).model;
    return { input: inputs[0], output: outputs[0] };
  }

  /** The sizes of a picture and of its result, at the network's own or piece by piece. */
  #measures() {
    const { input, output } = this.#specs();
    const ratio = ratioOf(input, output);
    const [, height, width] = input.shape;
    const own = { height, width, newHeight: output.shape[1], newWidth: output.shape[2], isShrunk: false };
    if (!ratio) return { own, isTiled: false };
    const { picture } = this;
    const scale = Math.min(1, MOST / ratio / Math.max(picture.width, picture.height));
    const [rows, columns] = [picture.height, picture.width].map((n) => Math.max(1, Math.round(n * scale)));
    const sizes = { height: rows, width: columns, newHeight: rows * ratio, newWidth: columns * ratio };
    // what makes pictures larger is to make all of them larger; what does not may see a picture as a whole
    return { own, tiled: { ...sizes, isShrunk: scale < 1 }, isTiled: this.#isTiled ?? ratio > 1 };
  }

  /**
   * The picture as the network is to see it: one that reads outlines gets these, and drawings, which are outlines, as they are.
   * @param {number[]} shape
   * @param {"crop" | "fit" | "stretch"} resize
   */
  #seen(shape, resize) {
    const { picture } = this;
    const [, rows, columns] = shape;
    if (picture.isDrawn || this.#specs().input.name !== OUTLINE) return resized(picture, shape, resize);
    return outline(resized(picture, [3, rows, columns], resize), rows, columns);
  }

  #ask() {
    this.#wish++;
    return this.#convert(this.#wish);
  }

  #convert = latest(async (/** @type {number} */ wish) => {
    const { network } = this;
    if (!network) return;
    const { input, output } = this.#specs();
    const { own, tiled, isTiled } = this.#measures();
    const { height, width } = (isTiled && tiled) || own;
    const resize = isTiled ? "stretch" : preprocessOf(input).resize;
    const shape = [input.shape[0], height, width];
    try {
      const values = this.#seen(shape, resize);
      const run = async (/** @type {Float32Array} */ given) => (await network.run({ [input.name]: given }))[output.name];
      let rested = performance.now();
      const isWanted = async (/** @type {number} */ part) => {
        Object.assign(this.#bar, { hidden: !part, value: part });
        if (performance.now() - rested > BUSY) {
          await pause(0);
          rested = performance.now();
        }
        return wish === this.#wish && network === this.network;
      };
      const result = await converted(input, output, { values, shape }, run, isWanted);
      if (!result) return;
      this.#compare.show(
        (canvas) => paint(canvas, shape, Float32Array.from(values), 1),
        (canvas) => paint(canvas, result.shape, Float32Array.from(result.values), 1),
      );
      this.painted();
      this.#tell();
      const [, newHeight, newWidth] = result.shape;
      if (this.#picture) this.say(this.t("done", { width: newWidth, height: newHeight }));
      const detail = { width: newWidth, height: newHeight };
      this.dispatchEvent(new CustomEvent("ganzoo-convert", { detail, bubbles: true, composed: true }));
    } catch (/** @type {any} */ error) {
      if (this.network && error.code !== "destroyed") this.fail(error);
    } finally {
      this.#bar.hidden = true;
    }
  });

  /** What is shown, in the language of the moment. */
  #tell() {
    const { t } = this;
    const { own, tiled, isTiled } = this.#measures();
    const { width, height } = this.#compare.after;
    this.#about.textContent = this.#picture ? "" : t("example");
    Object.assign(this.#save, { textContent: t("save", { width, height }), hidden: !width });
    const choice = (/** @type {boolean} */ wanted, /** @type {typeof own} */ sizes) => {
      const { height, width, newHeight, newWidth, isShrunk } = sizes;
      const input = h("input", { type: "radio", name: "size", id: wanted ? "tiled" : "own", checked: wanted === isTiled });
      input.onchange = () => {
        this.#isTiled = wanted;
        this.#ask();
      };
      const told = { from: `${width} × ${height}`, to: `${newWidth} × ${newHeight}` };
      const text = [t(wanted ? "tiled" : "own", told), ...(isShrunk ? [t("shrunk")] : [])].join(" ");
      return h("label", { className: "choice" }, input, text);
    };
    const focused = /** @type {any} */ (this.#sizes.getRootNode()).activeElement?.id;
    const choices = tiled ? [choice(true, tiled), choice(false, own)] : [];
    this.#sizes.replaceChildren(h("legend", {}, t("size")), ...choices);
    this.#sizes.hidden = !tiled;
    if (focused === "tiled" || focused === "own") this.#sizes.querySelector(`#${focused}`)?.focus();
  }
}

customElements.define("ganzoo-converter", GanzooConverter);

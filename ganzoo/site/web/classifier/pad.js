/** A pad to draw in, with mouse, pen, finger or keys. */

import { h } from "../dom.js";
import { pathOf, UNITS } from "./strokes.js";

/** @typedef {import("./strokes.js").Stroke} Stroke */

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.05; // of the pad, by a key
/** @type {Record<string, number[]>} as they lie on a number pad */
const STEPS = {
  Home: [-1, -1],
  ArrowUp: [0, -1],
  PageUp: [1, -1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  End: [-1, 1],
  ArrowDown: [0, 1],
  PageDown: [1, 1],
};

/** Dispatches "change" when the strokes have changed, "pen" when a key has put the pen down or lifted it. */
export class Pad extends EventTarget {
  #path = document.createElementNS(SVG, "path");
  #pen = document.createElementNS(SVG, "circle");
  #paper = document.createElementNS(SVG, "svg");
  /** @type {Stroke[]} */
  #strokes = [];
  /** @type {Stroke[][]} what there was before each change */
  #past = [];
  /** @type {Stroke | undefined} the one that is being drawn */
  #stroke;
  /** @type {number | undefined} the pointer that draws; others are ignored, as a second finger */
  #pointer;
  #isPen = false; // that pointer
  /** @type {import("./strokes.js").Point} where the keys' pen is */
  #at = [0.5, 0.5];

  constructor() {
    super();
    this.#paper.setAttribute("viewBox", `0 0 ${UNITS} ${UNITS}`);
    this.#paper.setAttribute("aria-hidden", "true");
    this.#paper.append(this.#path, this.#pen);
    this.#pen.setAttribute("r", "3");
    const about = { className: "pad", role: "application", tabIndex: 0, "aria-describedby": "draw keys" };
    this.node = h("div", about, this.#paper);
    Object.assign(this.node, {
      onpointerdown: (/** @type {PointerEvent} */ event) => this.#press(event),
      onpointermove: (/** @type {PointerEvent} */ event) => this.#move(event),
      onpointerup: (/** @type {PointerEvent} */ event) => this.#release(event),
      onpointercancel: (/** @type {PointerEvent} */ event) => this.#release(event),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.#movePen(0, 0);
  }

  get strokes() {
    return this.#strokes;
  }

  set strokes(strokes) {
    /** @type {(point: number[]) => import("./strokes.js").Point} */
    const clean = ([x, y]) => [inside(x), inside(y)];
    this.#put(strokes.filter(({ length }) => length).map((stroke) => stroke.map(clean)));
  }

  /** Whether a pen is down. */
  get isDrawing() {
    return !!this.#stroke;
  }

  undo() {
    const before = this.#past.pop();
    if (before) this.#change(before);
  }

  clear() {
    if (this.#strokes.length) this.#put([]);
  }

  /** @param {Stroke[]} strokes in place of what there is, until it is undone */
  #put(strokes) {
    this.#past.push(this.#strokes);
    this.#change(strokes);
  }

  /** @param {Stroke[]} strokes */
  #change(strokes) {
    this.#strokes = strokes;
    this.#stroke = this.#pointer = undefined;
    this.#show();
  }

  #show() {
    this.#path.setAttribute("d", pathOf(this.#strokes));
    this.#paper.classList.toggle("down", this.isDrawing);
    this.dispatchEvent(new Event("change"));
  }

  /** @param {import("./strokes.js").Point} point */
  #begin(point) {
    const stroke = [point];
    this.#put([...this.#strokes, stroke]);
    this.#stroke = stroke;
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button) return;
    const isPen = event.pointerType === "pen";
    if (this.#pointer !== undefined) {
      if (this.#isPen || !isPen) return;
      this.undo(); // what has drawn so far is the palm
    }
    this.#isPen = isPen;
    this.#begin(this.#pointOf(event));
    this.#pointer = event.pointerId;
    this.node.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.#pointer) return;
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const each of coalesced.length ? coalesced : [event]) this.#stroke?.push(this.#pointOf(each));
    this.#show();
  }

  /** @param {PointerEvent} event */
  #release({ pointerId }) {
    if (pointerId !== this.#pointer) return;
    this.#stroke = this.#pointer = undefined;
    this.#show();
  }

  /**
   * @param {MouseEvent} event
   * @returns {import("./strokes.js").Point}
   */
  #pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#paper.getBoundingClientRect();
    return [inside((clientX - left) / width), inside((clientY - top) / height)];
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (ctrlKey || metaKey) {
      if (key.toLowerCase() !== "z") return;
      this.undo();
    } else if (altKey) return;
    else if (STEPS[key]) this.#movePen(...STEPS[key]);
    else if (key === " " || key === "Enter") this.#turn();
    else if (key === "Delete") this.clear();
    else return;
    event.preventDefault();
  }

  /** @param {number[]} steps */
  #movePen(...steps) {
    const [x, y] = (this.#at = /** @type {import("./strokes.js").Point} */ (
      this.#at.map((value, i) => inside(value + steps[i] * STEP))
    ));
    this.#pen.setAttribute("cx", `${x * UNITS}`);
    this.#pen.setAttribute("cy", `${y * UNITS}`);
    if (!this.#stroke || this.#pointer !== undefined) return;
    this.#stroke.push(this.#at);
    this.#show();
  }

  /** Put the keys' pen down, or lift it. */
  #turn() {
    if (this.#stroke) this.#stroke = undefined;
    else this.#begin(this.#at);
    this.#show();
    this.dispatchEvent(new Event("pen"));
  }
}

/** @param {number} value what is no number is 0 */
const inside = (value) => Math.min(1, Math.max(0, +value || 0));

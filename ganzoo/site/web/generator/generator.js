/** <ganzoo-generator>: a generator's pictures, by class and seed. All that is here, its manifest tells. */

import { paint } from "../../../runtime/device.js";
import { h, panel } from "../dom.js";
import { GanzooElement } from "../element.js";
import { pictured } from "../reading.js";
import { plainly } from "../words.js";
import { accepted, DEFAULTS, readAddress, writeAddress } from "./address.js";
import { classOf, classStrip } from "./classes.js";
import { anySeed, button, seedField } from "./controls.js";
import { directionsOf } from "./directions.js";
import { manyPanel } from "./many.js";
import { latest, Portion, shown } from "../pace.js";
import { readerPanel } from "./reader.js";
import { savePanel } from "./save.js";
import { Space } from "./space.js";
import { trainingPanel } from "./training.js";
import { varietyPanel } from "./variety.js";
import { walkPanel } from "./walk.js";
import { GENERATOR_WORDS } from "./words.js";

/** @typedef {import("./space.js").Moment} Moment */

const MOST_AT_ONCE = 64; // pictures in a run
const VALUES = 2 ** 18; // in these
const SMALL = 64; // pixels a side: from there on a picture is shown smooth, unless the visitor likes pixels
const QUIET = 300; // ms without a change, after which the address is written and the picture told

/** Dispatches "ganzoo-change", its `detail` the state. */
export class GanzooGenerator extends GanzooElement {
  static observedAttributes = [...GanzooElement.observedAttributes, "label", "seed", "timeline", "reader"];
  static STYLE = new URL("generator.css", import.meta.url).href;
  static WORDS = GENERATOR_WORDS;

  /** @type {Moment} what the address says */
  state = { ...DEFAULTS };
  /** @type {number | undefined} where a walk is that plays */
  at;
  rows = 8;
  sheet = 0; // the sheet's first seed
  /** @type {import("./reader.js").Reader | undefined} */
  reader;
  /** @type {Promise<import("./reader.js").Reader> | undefined} the reader, on its way */
  opening;
  /** @type {HTMLElement[]} one for each class: what the reader says */
  marks = [];
  reading = h("p", { className: "reading" });
  space = /** @type {Space} */ ({});
  #canvas = h("canvas", { width: 28, height: 28 });
  /** @type {{ node: HTMLElement, update: (moment: Moment) => void }[]} */
  #followers = [];
  #portion = new Portion(1);
  #control = new AbortController();
  #settling = 0;

  connectedCallback() {
    const { signal } = (this.#control = new AbortController());
    addEventListener("hashchange", () => this.#told() && this.#recall(), { signal });
    this.shadowRoot?.addEventListener("keydown", (event) => this.#press(/** @type {any} */ (event)), { signal });
    this.#recall();
    super.connectedCallback();
  }

  disconnectedCallback() {
    this.#control.abort();
    this.reader?.network.destroy();
    this.reader = undefined;
    this.reading.textContent = "";
    super.disconnectedCallback();
  }

  /** For as long as the element is in the page. */
  get signal() {
    return this.#control.signal;
  }

  /**
   * @param {string} name
   * @param {unknown} [_]
   * @param {unknown} [value]
   */
  attributeChangedCallback(name, _, value) {
    if (!(name in this.state)) super.attributeChangedCallback(name);
    else if (this.network) this.set(accepted({ [name]: value }));
    else this.#recall();
  }

  get seed() {
    return this.state.seed;
  }

  set seed(seed) {
    this.setAttribute("seed", `${seed}`);
  }

  get label() {
    return this.state.label;
  }

  set label(label) {
    this.setAttribute("label", `${label}`);
  }

  /** Whether pictures are shown smooth, not as pixels. */
  get isSmooth() {
    return this.state.smooth ?? Math.max(...this.shape) >= SMALL;
  }

  /** How many pictures are drawn at once. */
  get portion() {
    return this.#portion.size;
  }

  get shape() {
    return this.network?.model.outputs[0].shape ?? [];
  }

  /** What is on view, or soon. */
  get moment() {
    return { ...this.state, at: this.at ?? this.state.at };
  }

  /** @param {Moment} moment */
  describe({ label = "", seed, at, to = seed, into = label }) {
    const end = at && (to !== seed || into !== label);
    return this.t(`${label && "class"}${end ? "Way" : "Picture"}`, { label, seed, to, into, at: Math.round(100 * at) });
  }

  view() {
    const { network, t } = this;
    this.#followers = [];
    const stage = h("div", { className: "stage" }, this.#canvas, this.reading);
    if (!network) return [stage];
    const panels = {
      variety: varietyPanel,
      walk: walkPanel,
      many: manyPanel,
      save: savePanel,
      ...(this.hasAttribute("reader") && { reader: readerPanel }),
      ...(this.hasAttribute("timeline") && { training: trainingPanel }),
    };
    const strip = this.space.classes.length ? [classStrip(this)] : [];
    const details = Object.entries(panels).map(([id, build]) => panel(id, t(id), () => build(this)));
    for (const each of details) each.addEventListener("toggle", () => this.show());
    return [stage, ...strip, this.#seeds(), ...details];
  }

  #seeds() {
    const { t } = this;
    const field = seedField("seed", t("seed"), t("whole"), (seed) => this.set({ seed }));
    const step = (/** @type {number} */ by) => () => this.set({ seed: (this.state.seed + by + 2 ** 32) % 2 ** 32 });
    const [before, after] = [button("‹", step(-1)), button("›", step(1))];
    Object.assign(before, { ariaLabel: t("before") });
    Object.assign(after, { ariaLabel: t("after") });
    const copy = button(t("copy"), async () => {
      this.#settle();
      const { clipboard } = navigator; // none outside of secure contexts
      const copied = clipboard?.writeText(location.href).then(() => "copied");
      this.say(t((await copied?.catch(() => {})) ?? "notCopied"));
    });
    const another = button(t("another"), () => this.set({ seed: anySeed() }));
    const link = this.hasAttribute("address") ? [copy] : [];
    const smooth = h("input", { type: "checkbox", id: "smooth", onchange: () => this.set({ smooth: smooth.checked }) });
    const check = h("label", { className: "check" }, smooth, t("smooth"));
    const node = h("div", { className: "row seeds" }, field.node, before, after, another, ...link, check);
    this.follow(node, ({ seed }) => {
      field.set(seed);
      smooth.checked = this.isSmooth;
    });
    return node;
  }

  async begin() {
    if (this.network) this.space = new Space(this.network.model.manifest);
    const size = this.shape.reduce((product, n) => product * n, 1);
    this.#portion = new Portion(Math.max(1, Math.min(MOST_AT_ONCE, Math.floor(VALUES / size))));
    await this.#settleState();
    await this.show();
    await shown();
  }

  async ready() {
    await this.#settleState();
    this.show();
  }

  /** What the network does not know falls back on what it does. */
  async #settleState() {
    const { space, state } = this;
    const [first] = space.classes;
    const known = (/** @type {string | undefined} */ wanted) => space.classes.find((label) => label === wanted);
    this.state = { ...state, label: known(state.label) ?? first, into: known(state.into) };
    this.state.to ??= (state.seed + 1) % 2 ** 32;
    if (state.d.some(Boolean)) await this.findDirections();
  }

  /** Fetched when they are needed. */
  async findDirections() {
    const { network, space } = this;
    try {
      if (network && !space.directions.length) space.directions = await directionsOf(network, space);
    } catch (error) {
      this.say(plainly(this.t, error));
    }
    this.state.d = this.state.d.slice(0, space.directions.length);
  }

  /**
   * Another picture. Where its seed or class changes, no walk has begun.
   * @param {Partial<Moment>} change
   */
  set(change) {
    if (this.network && "label" in change && !this.space.classes.includes(change.label ?? "")) return;
    const isNew = "label" in change || "seed" in change;
    this.state = { ...this.state, ...(isNew && { at: 0 }), ...change };
    this.show();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(), QUIET);
    const { label, seed, truncation, d } = this.state;
    const detail = { label, seed, truncation, d: [...d] };
    this.dispatchEvent(new CustomEvent("ganzoo-change", { detail, bubbles: true, composed: true }));
  }

  #settle() {
    clearTimeout(this.#settling);
    if (!this.isConnected) return;
    const { pathname, search } = location; // a <base> would change what "#" alone means
    const address = `${pathname}${search}#${writeAddress(this.state)}`;
    if (this.hasAttribute("address")) history.replaceState(history.state, "", address);
    if (this.at === undefined) this.say(this.describe(this.state));
  }

  /** What attributes and address say. */
  #recall() {
    const [label, seed] = [this.getAttribute("label"), this.getAttribute("seed")];
    this.state = { ...DEFAULTS, ...accepted({ label, seed }), ...this.#told() };
    if (this.network) this.ready();
  }

  /** What the address says, where it is this element's and says anything. */
  #told() {
    const told = this.hasAttribute("address") ? readAddress(location.hash) : {};
    return Object.keys(told).length ? told : undefined;
  }

  /**
   * `update` is called with what is on view whenever it changes, for as long as `node` is in an open panel.
   * @param {HTMLElement} node
   * @param {(moment: Moment) => void} update
   */
  follow(node, update) {
    this.#followers.push({ node, update });
  }

  /** Bring everything up to date; promises whether the picture is. */
  show() {
    if (!this.network) return;
    const { moment } = this;
    this.style.setProperty("--pixels", this.isSmooth ? "auto" : "pixelated");
    const painted = this.#paint(moment);
    for (const { node, update } of this.#followers) {
      if (node.isConnected && node.closest("details")?.open !== false) update(moment);
    }
    return painted;
  }

  #paint = latest(async (/** @type {Moment} */ moment) => {
    const [picture] = await this.draw([moment]);
    paint(this.#canvas, this.shape, picture, 1);
    Object.assign(this.#canvas, { role: "img", ariaLabel: this.describe(moment) });
    this.painted();
    this.reader?.look(picture);
  });

  /**
   * The pictures' values in [0, 1], channels one after another. What goes wrong is told, and thrown.
   * @param {Moment[]} moments
   */
  async draw(moments) {
    const pictures = [];
    try {
      while (pictures.length < moments.length) {
        if (pictures.length) await shown();
        if (!this.network) throw new Error("gone");
        const some = moments.slice(pictures.length, pictures.length + this.portion);
        const [spec] = this.network.model.outputs;
        const begun = performance.now();
        const values = pictured(spec, (await this.network.run(this.space.values(some)))[spec.name]);
        this.#portion.learn(some.length, performance.now() - begun);
        const size = values.length / some.length;
        pictures.push(...some.map((_, k) => values.subarray(k * size, (k + 1) * size)));
      }
    } catch (/** @type {any} */ error) {
      if (this.network && error.code !== "destroyed") this.fail(error);
      throw error;
    }
    return pictures;
  }

  /**
   * A digit chooses a class, unless something is typed into. Only here: keys elsewhere are the page's (WCAG 2.1.4).
   * @param {KeyboardEvent} event
   */
  #press(event) {
    const [target] = /** @type {HTMLElement[]} */ (event.composedPath());
    const isTyped = target.matches?.("select, input:not([type=radio], [type=checkbox], [type=range])");
    if (isTyped || event.ctrlKey || event.altKey || event.metaKey || !this.network) return;
    const label = classOf(this.space.classes, event.key);
    if (label !== undefined) this.set({ label });
  }
}

customElements.define("ganzoo-generator", GanzooGenerator);

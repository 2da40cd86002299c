/** What the custom elements share: words, loading with progress, failures, the panel of backends, the live region. */

import { backends } from "./backends.js";
import { h, panel } from "./dom.js";
import { Network } from "./network.js";
import { COMMON, inBytes, languageOf, plainly, translator } from "./words.js";

const SETTLED = 2000; // ms after the first picture; then the backends are compared

/** @abstract A network with its controls. `view`, `begin`, `ready`, `STYLE` and `WORDS` are the subclass's. */
export class GanzooElement extends HTMLElement {
  static observedAttributes = ["lang", "src"];
  static STYLE = ""; // a stylesheet's URL
  /** @type {import("./words.js").Words} */
  static WORDS = { en: {}, ja: {} };

  /** @type {Network | undefined} ready to run */
  network;
  /** @type {import("./words.js").Translate} */
  t = (key) => key;
  #root = this.attachShadow({ mode: "open" });
  #live = h("p", { role: "status", className: "live" });
  #loading = h("div", { className: "loading" });
  #failure = h("div", { role: "alert", className: "failure" });
  #body = h("section", { hidden: true });
  #control = new AbortController();
  #isPainted = false;
  #isOffered = false;
  /** @type {any} what went wrong, until something goes right */
  #error;
  /** @type {Network | undefined} that did not load */
  #failed;

  connectedCallback() {
    const { STYLE } = /** @type {typeof GanzooElement} */ (this.constructor);
    const style = h("link", { rel: "stylesheet", href: STYLE });
    style.onload = style.onerror = () => (this.#body.hidden = false);
    this.#root.replaceChildren(style, this.#body, this.#live);
    this.#isPainted = false;
    this.#error = undefined;
    this.#isOffered = this.getAttribute("loading") === "click";
    this.#show();
    if (!this.#isOffered) this.load();
  }

  disconnectedCallback() {
    this.#leave();
  }

  #leave() {
    this.#control.abort();
    this.network?.destroy();
    this.network = undefined;
  }

  /** @param {string} name */
  attributeChangedCallback(name) {
    if (!this.isConnected || !this.#body.firstChild) return;
    if (name === "lang") this.#show();
    else {
      this.disconnectedCallback();
      this.connectedCallback();
    }
  }

  /**
   * What is inside, in the language of the moment; `this.network` where it is loaded.
   * @returns {Node[]}
   */
  view() {
    return [];
  }

  /** The network can run: what is wanted at once, before there are controls. */
  async begin() {}

  /** The network can run, and the view is there. */
  ready() {}

  /**
   * Tell those who do not see.
   * @param {string} text
   */
  say(text) {
    this.#live.textContent = text;
  }

  /** To be called when a picture was painted. */
  painted() {
    if (this.#error && this.network) this.#mend();
    if (this.#isPainted) return;
    this.#isPainted = true;
    // after the frame that shows it
    requestAnimationFrame(() => setTimeout(() => performance.mark("ganzoo:first")));
    setTimeout(() => (globalThis.requestIdleCallback ?? setTimeout)(() => this.#compare()), SETTLED);
  }

  #compare() {
    const saveData = /** @type {any} */ (navigator).connection?.saveData;
    if (this.network && !this.network.isCompared && !saveData && !document.hidden) this.network.compare();
  }

  /** All of it anew, after a change of language too. What was open stays open. */
  #show() {
    const language = languageOf(this);
    const { WORDS } = /** @type {typeof GanzooElement} */ (this.constructor);
    this.t = translator(language, COMMON, WORDS);
    this.#body.lang = language;
    this.say(""); // it was in another one
    const open = [...this.#body.querySelectorAll("details[open]")].map(({ id }) => id);
    const focused = this.#root.activeElement?.id;
    const { network, t } = this;
    const how = network ? [panel("how", t("how"), () => backends(network, t, (text) => this.say(text)))] : [];
    this.#body.replaceChildren(...this.view(), this.#loading, this.#failure, ...how);
    for (const details of this.#body.querySelectorAll("details")) details.open = open.includes(details.id);
    if (focused) this.#root.getElementById(focused)?.focus();
    if (this.#error) this.#complain();
    if (this.#isOffered) this.#offer();
    if (network) this.ready();
  }

  async #offer() {
    const { src, t } = this;
    const size = inBytes(await Network.bytes(src));
    if (!this.#isOffered || src !== this.src) return;
    const onclick = () => {
      this.load();
      this.#loading.querySelector("progress")?.focus();
    };
    this.#loading.replaceChildren(h("button", { type: "button", id: "load", onclick }, t("load", { size })));
  }

  get src() {
    return this.getAttribute("src") ?? "";
  }

  /** Load the network, or try again. */
  async load() {
    this.#leave();
    const { signal } = (this.#control = new AbortController());
    const bar = h("progress", { id: "progress", value: 0, tabIndex: -1 });
    const text = h("label", { htmlFor: "progress" });
    this.#isOffered = false;
    this.#mend();
    this.#loading.replaceChildren(text, bar);
    const network = new Network(this.src);
    try {
      await network.start(({ loaded, total }) => {
        Object.assign(bar, { max: total || 1, value: loaded });
        text.textContent = this.t("loading", { loaded: inBytes(loaded), total: inBytes(total) });
      }, signal);
    } catch (error) {
      if (!signal.aborted) this.fail(error, network);
      return;
    }
    let { backend } = network;
    network.addEventListener("change", () => {
      const { reason } = network.standings.find(({ name }) => name === backend) ?? {};
      const [was, other] = [network.titleOf(backend), network.titleOf((backend = network.backend))];
      if (reason && was !== other) this.say(this.t("moved", { backend: was, other }));
    });
    this.network = network;
    this.#loading.replaceChildren();
    await this.begin();
    if (signal.aborted) return;
    this.#show();
    this.say(this.t("ready", { backend: network.titleOf(backend) }));
  }

  /**
   * Say in plain words what went wrong, with a way on.
   * @param {any} error
   * @param {Network} [network] that did not load
   */
  fail(error, network) {
    const isNew = !this.#error;
    this.#error = error;
    this.#failed = network;
    this.#loading.replaceChildren();
    if (isNew) this.#complain();
  }

  #complain() {
    const [{ t }, error] = [this, this.#error];
    const onclick = async () => {
      if (error?.code === "corrupt") await this.#failed?.refresh().catch(() => {});
      this.load();
      this.#loading.querySelector("progress")?.focus();
    };
    this.#failure.replaceChildren(
      h("p", {}, plainly(t, error)),
      h("button", { type: "button", id: "again", onclick }, t("again")),
      h("details", {}, h("summary", {}, t("reasons")), h("code", {}, `${error?.message ?? error}`)),
    );
  }

  #mend() {
    this.#error = undefined;
    this.#failure.replaceChildren();
  }
}

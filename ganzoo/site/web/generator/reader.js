/** The panel of the reader: a classifier that reads what the generator draws. */

import { GanzooError } from "../../../runtime/errors.js";
import { h } from "../dom.js";
import { Network } from "../network.js";
import { classesOf, fitted, inPercent, probabilities } from "../reading.js";
import { inBytes, plainly } from "../words.js";
import { button } from "./controls.js";
import { later, Portion, shown } from "../pace.js";

const UNFIT = "unfit"; // an error code of ours
const REST = 90; // ms between readings
const MOST = 64; // pictures in a run

/** A classifier that fits a generator. Dispatches "read" when it has read. */
export class Reader extends EventTarget {
  /** @type {{ guess: string, chance: number }[]} of the picture, then of each class's */
  readings = [];
  agreed = 0;
  seen = 0;
  #counted = "";
  #noise = "";
  /** @type {Float32Array[]} the same */
  #pictures = [];
  #portion = new Portion(MOST);

  /**
   * @param {Network} network
   * @param {import("./generator.js").GanzooGenerator} generator
   */
  constructor(network, generator) {
    super();
    const { manifest, inputs, outputs } = network.model;
    const { shape } = inputs[0];
    if (`${shape}` !== `${generator.shape}` || inputs.length > 1) throw new GanzooError(UNFIT, `reads ${shape}`);
    this.network = network;
    this.names = classesOf(manifest, outputs[0].shape[0]);
    this.classes = generator.space.classes;
  }

  #read = later(async () => {
    const [pictures, noise] = [this.#pictures, this.#noise];
    const readings = [];
    while (readings.length < pictures.length) {
      if (readings.length) await shown();
      readings.push(...(await this.#readings(pictures.slice(readings.length, readings.length + this.#portion.size))));
    }
    this.readings = readings;
    if (noise !== this.#counted) {
      this.#counted = noise;
      this.agreed += this.agreements;
      this.seen += pictures.length - 1;
    }
    this.dispatchEvent(new Event("read"));
  }, REST);

  /** @param {Float32Array[]} pictures */
  async #readings(pictures) {
    const { inputs, outputs } = this.network.model;
    const size = pictures[0].length;
    const values = new Float32Array(pictures.length * size);
    pictures.forEach((picture, i) => values.set(picture, i * size));
    const begun = performance.now();
    const output = (await this.network.run({ [inputs[0].name]: fitted(inputs[0], values) }))[outputs[0].name];
    this.#portion.learn(pictures.length, performance.now() - begun);
    return pictures.map((_, i) => {
      const n = this.names.length;
      const chances = probabilities(outputs[0], output.subarray(i * n, (i + 1) * n));
      const chance = Math.max(...chances);
      return { guess: this.names[chances.indexOf(chance)], chance };
    });
  }

  get agreements() {
    return this.readings.filter(({ guess }, i) => i && guess === this.classes[i - 1]).length;
  }

  /** @param {Float32Array} picture on view */
  look(picture) {
    this.#pictures[0] = picture;
    this.#read(undefined);
  }

  /**
   * Each noise counts once.
   * @param {import("./space.js").Moment} moment
   * @param {Float32Array[]} pictures of all classes
   */
  see({ seed, truncation, d, at, to }, pictures) {
    this.#pictures = [this.#pictures[0] ?? pictures[0], ...pictures];
    this.#noise = JSON.stringify([seed, truncation, d, at && [at, to]]);
    this.#read(undefined);
  }
}

/**
 * @param {import("./generator.js").GanzooGenerator} generator
 * @param {string} src
 * @param {(part: number) => void} onpart of what is to be loaded
 */
async function openReader(generator, src, onpart) {
  const network = new Network(src);
  try {
    await network.start(({ loaded, total }) => onpart(total && loaded / total), generator.signal);
    generator.reader = new Reader(network, generator);
    generator.show();
    return generator.reader;
  } catch (error) {
    network.destroy();
    throw error;
  }
}

/** @param {import("./generator.js").GanzooGenerator} generator */
export function readerPanel(generator) {
  const { t } = generator;
  const src = generator.getAttribute("reader") ?? "";
  const place = h("div", { className: "reader" });
  const tally = () => {
    const reader = generator.reader;
    if (!reader?.readings.length) return;
    const [{ guess, chance }, ...strip] = reader.readings;
    generator.reading.textContent = t("sees", { guess, chance: inPercent(chance) });
    generator.marks.forEach((mark, i) => {
      const isSame = strip[i]?.guess === reader.classes[i];
      mark.textContent = strip[i] ? (isSame ? "✓" : `→ ${strip[i].guess}`) : "";
    });
    const { agreements, agreed, seen } = reader;
    place.textContent = strip.length ? t("tally", { agreements, n: strip.length, agreed, seen }) : "";
  };
  const watch = (/** @type {Reader} */ reader) => {
    place.textContent = t("reading");
    reader.addEventListener("read", () => place.isConnected && tally());
    tally();
  };
  /** Until it is there; another panel, in another language, may have asked for it. */
  const wait = () => {
    const bar = h("progress", { ariaLabel: t("readerLoading") });
    place.replaceChildren(bar);
    generator.opening ??= openReader(generator, src, (part) => (bar.value = part)).finally(
      () => (generator.opening = undefined),
    );
    generator.opening.then(watch, (/** @type {any} */ error) => {
      const why = error.code === UNFIT ? t(UNFIT) : plainly(t, error);
      place.replaceChildren(h("p", {}, why), button(t("again"), wait));
    });
  };
  const offer = async () => {
    const size = inBytes(await Network.bytes(src));
    if (!place.firstChild) place.append(button(t("read", { size }), wait));
  };
  if (generator.reader) watch(generator.reader);
  else if (generator.opening) wait();
  else offer();
  return [h("p", {}, t("readerIs")), place];
}

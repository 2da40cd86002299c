/** The panel that shows how the pictures came about: the sheets that the training kept. */

import { fetchBytes } from "../../../runtime/fetching.js";
import { h } from "../dom.js";
import { slider } from "./controls.js";
import { lessMotion, player } from "./motion.js";

const SHEET = /^\w[\w.-]*(\?\w+)?$/;
const LARGEST_LIST = 2 ** 20; // bytes
const SHEET_TIME = 300; // ms

/**
 * @typedef {object} Checkpoint
 * @property {string} file
 * @property {number} iteration
 * @property {number | null} epoch
 */

/**
 * Raises where it is no list of checkpoints.
 * @param {any} list
 * @returns {Checkpoint[]}
 */
export function checkpointsOf(list) {
  /** @type {(value: any) => boolean} */
  const isRight = (value) =>
    SHEET.test(value?.file) &&
    Number.isInteger(value.iteration) &&
    (value.epoch === null || Number.isFinite(value.epoch));
  if (!Array.isArray(list) || !list.length || !list.every(isRight)) throw new Error("not a timeline");
  return list;
}

/** @param {import("./generator.js").GanzooGenerator} generator */
export function trainingPanel(generator) {
  const { t } = generator;
  const url = new URL(generator.getAttribute("timeline") ?? "", document.baseURI);
  const place = h("div", {}, t("fetching"));
  const fill = async () => {
    const bytes = await fetchBytes(url, "timeline.json", LARGEST_LIST, {});
    const list = checkpointsOf(JSON.parse(new TextDecoder().decode(bytes)));
    const image = h("img", { className: "sheet" });
    /** @type {(at: number) => string} */
    const say = (at) => {
      const { iteration, epoch } = list[at];
      return t(epoch === null ? "iteration" : "epoch", { iteration, epoch: epoch?.toFixed(1) ?? "" });
    };
    const look = (/** @type {number} */ at) => {
      image.src = new URL(list[at].file, url);
      image.alt = t("sheet", { when: say(at) });
    };
    const last = list.length - 1;
    const when = slider("checkpoint", t("when"), { min: 0, max: last, step: 1, value: last }, look, say);
    let waited = 0;
    const step = async (/** @type {number} */ ms) => {
      if ((waited += ms) < SHEET_TIME) return true;
      waited = 0;
      const at = Math.min(last, +when.input.value + 1);
      when.set(at);
      look(at);
      await image.decode().catch(() => {});
      return at < last;
    };
    const play = player(t, step, () => +when.input.value === last && (when.set(0), look(0)));
    look(last);
    place.replaceChildren(image, when.node, play, ...(lessMotion.matches ? [h("small", {}, t("less"))] : []));
  };
  fill().catch(() => (place.textContent = t("noTimeline")));
  return [place];
}

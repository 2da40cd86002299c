/** The panel that tells how a network runs here: each backend's times or why not, and a switch. */

import { h } from "./dom.js";
import { inTimeUnits } from "./words.js";

/**
 * Kept up to date for as long as the network lives.
 * @param {import("./network.js").Network} network
 * @param {import("./words.js").Translate} t
 * @param {(text: string) => void} say
 */
export function backends(network, t, say) {
  const rows = h("ul", { className: "backends" });
  const busy = (/** @type {Promise<unknown>} */ work) => {
    rows.ariaBusy = "true";
    return work.finally(() => (rows.ariaBusy = "false"));
  };
  const measure = h("button", { type: "button" }, t("measure"));
  measure.onclick = () => {
    measure.disabled = true;
    busy(network.compare((name) => say(t("measuring", { backend: network.titleOf(name) })))).finally(() => {
      measure.disabled = false;
      say(t("runs", { backend: network.titleOf(network.backend) }));
    });
  };
  const show = () => {
    const focused = rows.getRootNode().activeElement?.value;
    rows.replaceChildren(...network.standings.map(row));
    if (focused) rows.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
  };
  /** @param {import("./network.js").Standing} standing */
  const row = ({ name, reason, load, first, steady, info }) => {
    const [backend, checked] = [network.titleOf(name), name === network.backend];
    const choose = h("input", { type: "radio", name: "backend", value: name, checked });
    choose.onchange = () =>
      busy(network.use(name)).then(() => say(t("runs", { backend: network.titleOf(network.backend) })), show);
    /** @param {number | undefined} ms */
    const inUnits = (ms) => (ms === undefined ? "–" : inTimeUnits(ms));
    const times = { load: inUnits(load), first: inUnits(first), steady: inUnits(steady) };
    const standing = reason ? t("failed", { reason }) : load === undefined ? t("untried") : t("times", times);
    return h("li", {}, h("label", {}, choose, h("b", {}, backend), h("span", {}, standing), h("small", {}, info ?? "")));
  };
  network.addEventListener("change", function follow() {
    if (rows.isConnected) show();
    else network.removeEventListener("change", follow);
  });
  show();
  return [rows, measure];
}

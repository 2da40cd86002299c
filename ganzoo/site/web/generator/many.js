/** The panel with a sheet: seeds from the chosen one on, in all classes. */

import { paint } from "../../../runtime/device.js";
import { h } from "../dom.js";
import { choice } from "./controls.js";
import { inTurn } from "./turns.js";

const SEEDS_A_ROW = 8; // where there are no classes
const CLASSES = 20; // the most that a sheet has, the first of all

/**
 * The sheet's pictures, row by row. It stays where it is for as long as the chosen seed is on it.
 * @param {import("./generator.js").GanzooGenerator} generator
 */
export function sheetOf(generator) {
  const { state, rows, space } = generator;
  const classes = space.classes.slice(0, CLASSES);
  const columns = classes.length || SEEDS_A_ROW;
  const [seeds, each] = classes.length ? [rows, 1] : [rows * columns, columns];
  if ((state.seed - generator.sheet + 2 ** 32) % 2 ** 32 >= seeds) generator.sheet = state.seed;
  const cells = Array.from({ length: rows * columns }, (_, i) => {
    const step = classes.length ? Math.floor(i / columns) : i;
    return { ...state, at: 0, label: classes[i % columns], seed: (generator.sheet + step) % 2 ** 32 };
  });
  return { classes, columns, each, cells };
}

/** @param {import("./generator.js").GanzooGenerator} generator */
export function manyPanel(generator) {
  const { t } = generator;
  const grid = h("div", { role: "grid", className: "many", ariaLabel: t("many") });
  /** @type {any[]} */
  let buttons = [];
  let width = 0;
  const lay = () => {
    const { classes, columns, each, cells } = sheetOf(generator);
    width = columns;
    buttons = cells.map((_, i) => {
      const canvas = h("canvas", { width: 1, height: 1 });
      return h("button", { type: "button", role: "gridcell", tabIndex: i ? -1 : 0 }, canvas);
    });
    const head = classes.map((label) => h("span", { role: "columnheader" }, label));
    const rows = Array.from({ length: generator.rows }, (_, row) => {
      const name = h("span", { role: "rowheader" }, `+${row * each}`);
      return h("div", { role: "row" }, name, ...buttons.slice(row * columns, (row + 1) * columns));
    });
    grid.style.setProperty("--columns", columns);
    if (head.length) rows.unshift(h("div", { role: "row" }, h("span", { role: "columnheader" }, t("seed")), ...head));
    grid.replaceChildren(...rows);
  };
  const ask = inTurn(generator);
  const draw = () => {
    const { cells } = sheetOf(generator);
    const { seed, label } = generator.state;
    cells.forEach((cell, i) => {
      const isChosen = cell.seed === seed && cell.label === label;
      Object.assign(buttons[i], { ariaSelected: `${isChosen}`, ariaLabel: generator.describe(cell) });
    });
    const { truncation, d } = generator.state;
    const targets = buttons;
    ask({
      key: JSON.stringify([generator.sheet, generator.rows, truncation, d]),
      moments: cells,
      show: (i, picture) => paint(targets[i].firstChild, generator.shape, picture, 1),
    });
  };
  const focus = (/** @type {any} */ target) => {
    for (const each of buttons) each.tabIndex = each === target ? 0 : -1;
    target.focus();
  };
  grid.onkeydown = (/** @type {KeyboardEvent} */ event) => {
    const here = buttons.indexOf(event.target);
    const row = here - (here % width);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowLeft: here - 1,
      ArrowRight: here + 1,
      ArrowUp: here - width,
      ArrowDown: here + width,
      Home: row,
      End: row + width - 1,
    };
    const target = buttons[moves[event.key]];
    if (!(event.key in moves)) return;
    event.preventDefault();
    if (target) focus(target);
  };
  grid.onclick = (/** @type {any} */ { target }) => {
    const chosen = buttons.indexOf(target.closest("button"));
    if (chosen < 0) return;
    const { label, seed } = sheetOf(generator).cells[chosen];
    generator.set({ label, seed });
  };
  const counts = [4, 8, 16, 32].map((n) => /** @type {[string, string]} */ ([`${n}`, `${n}`]));
  const rows = choice("rows", t("rows"), counts, (value) => {
    generator.rows = +value;
    lay();
    draw();
  });
  rows.select.value = generator.rows;
  lay();
  generator.follow(grid, () => {
    if (generator.at === undefined) draw();
  });
  return [rows.node, grid];
}

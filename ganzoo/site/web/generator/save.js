/** The panel that saves pictures as PNG files. */

import { paint } from "../../../runtime/device.js";
import { h } from "../dom.js";
import { save } from "../png.js";
import { button } from "./controls.js";
import { sheetOf } from "./many.js";

const TIMES = 10;

/**
 * Several pictures on one canvas, each `times` as large.
 * @param {number[]} shape
 * @param {Float32Array[]} pictures
 * @param {number} columns
 * @param {number} times
 * @param {boolean} [isSmooth]
 */
function compose(shape, pictures, columns, times, isSmooth = false) {
  const [, height, width] = shape.map((size) => size * times);
  const sheet = h("canvas", { width: columns * width, height: Math.ceil(pictures.length / columns) * height });
  const context = sheet.getContext("2d");
  Object.assign(context, { imageSmoothingEnabled: isSmooth, imageSmoothingQuality: "high" });
  const one = h("canvas");
  pictures.forEach((picture, i) => {
    paint(one, shape, picture, 1);
    context.drawImage(one, (i % columns) * width, Math.floor(i / columns) * height, width, height);
  });
  return sheet;
}

/** @param {import("./generator.js").GanzooGenerator} generator */
export function savePanel(generator) {
  const { t, shape } = generator;
  const [, height, width] = shape;
  const nameOf = () => {
    const { label, seed, at, to, into } = generator.moment;
    const end = at ? [`to-${into ?? label ?? ""}-seed${to}`, `${Math.round(100 * at)}percent`] : [];
    return [label, `seed${seed}`, ...end].filter(Boolean).join("-");
  };
  const single = (/** @type {number} */ times) => async () => {
    const name = nameOf();
    const picture = await generator.draw([generator.moment]);
    save(compose(shape, picture, 1, times, generator.isSmooth), times > 1 ? `${name}-x${times}` : name);
  };
  const sprite = async () => {
    const { columns, cells } = sheetOf(generator);
    const name = `sprite-seed${cells[0].seed}-${columns}x${cells.length / columns}-of-${width}x${height}`;
    save(compose(shape, await generator.draw(cells), columns, 1), name);
  };
  const size = (/** @type {number} */ times) => `${width * times} × ${height * times}`;
  const buttons = [1, TIMES].map((times) => button(t("png", { size: size(times) }), single(times)));
  const { columns } = sheetOf(generator);
  const note = h("small", {}, t("spriteOf", { columns, size: size(1) }));
  return [h("div", { className: "row" }, ...buttons, button(t("sprite"), sprite)), note];
}

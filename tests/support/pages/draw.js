/** Draws two pictures on a canvas and sends its pixels beside the values that the same run gives. */

import { answer, encode } from "./browser/page.js";

await answer(async (/** @type {{ backend: string }} */ { backend }) => {
  const { load } = await import(new URL("model/ganzoo.js", location.href).href);
  const model = await load("model", { backend });
  const values = { ...model.noise(3, 2), label: [4, 7] };
  const canvas = document.createElement("canvas");
  await model.draw(canvas, values);
  const { width, height } = canvas;
  const pixels = canvas.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
  const [output] = model.outputs;
  return {
    size: [width, height],
    pixels: encode(Float32Array.from(pixels)),
    values: encode((await model.run(values))[output.name]),
  };
});

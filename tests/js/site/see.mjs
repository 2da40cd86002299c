// Drawings, as lists of strokes in JSON on stdin, to what a network of one channel of 28x28 is shown of each.

import { readFileSync } from "node:fs";

import { preprocess } from "../../../ganzoo/site/web/classifier/preprocess.js";
import { rasterOf } from "../../../ganzoo/site/web/classifier/strokes.js";

const images = JSON.parse(readFileSync(0, "utf8")).map((strokes) => {
  const { ink, width } = rasterOf(strokes, 56);
  return [...preprocess(ink, width, [1, 28, 28])];
});
console.log(JSON.stringify(images));

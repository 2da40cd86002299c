/** The pixels of a picture that a visitor brings. */

import { GanzooError } from "../../../runtime/errors.js";
import { h } from "../dom.js";

const MOST = 4096; // pixels a side that every browser has canvases of; what is larger, the browser makes smaller
const KNOWN = [64, 128, 192]; // red, green, blue
const NOISE = 8; // of 255: more than rounding takes

/**
 * Upright. Rejects where there is no picture, with the code "falsified" where the browser does not tell its pixels.
 * @param {Blob | HTMLVideoElement | undefined} source
 * @returns {Promise<import("./resize.js").Picture>}
 */
export async function pixelsOf(source) {
  const bitmap = await createImageBitmap(/** @type {Blob} */ (source));
  const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((n) => Math.max(1, Math.round(n * scale)));
  const context = h("canvas", { width, height }).getContext("2d", { willReadFrequently: true });
  if (isFalsified(context)) throw new GanzooError("falsified", "the browser hides the pixels of a canvas");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/**
 * To guard against fingerprints, private windows of some browsers give pages other pixels than there are.
 * @param {CanvasRenderingContext2D} context
 */
function isFalsified(context) {
  context.fillStyle = `rgb(${KNOWN})`;
  context.fillRect(0, 0, 1, 1);
  const { data } = context.getImageData(0, 0, 1, 1);
  context.clearRect(0, 0, 1, 1);
  return KNOWN.some((value, i) => Math.abs(data[i] - value) > NOISE);
}

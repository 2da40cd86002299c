/** The pixels of a picture that a visitor brings. */

import { h } from "../dom.js";

const MOST = 4096; // pixels a side that every browser has canvases of; what is larger, the browser makes smaller

/**
 * Upright. Rejects where there is no picture.
 * @param {Blob | HTMLVideoElement} source
 * @returns {Promise<import("./resize.js").Picture>}
 */
export async function pixelsOf(source) {
  const bitmap = await createImageBitmap(source);
  const scale = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((n) => Math.max(1, Math.round(n * scale)));
  const context = h("canvas", { width, height }).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

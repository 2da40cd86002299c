/** A picture that the visitor keeps. */

import { h } from "./dom.js";

/**
 * As a PNG file.
 * @param {HTMLCanvasElement} canvas
 * @param {string} name
 */
export function save(canvas, name) {
  canvas.toBlob((blob) => {
    const href = URL.createObjectURL(/** @type {Blob} */ (blob));
    h("a", { href, download: `${name}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1e4); // the browser is still reading it
  });
}

/** What a visitor does on a page of a site, in a frame: open, look for, type, look at. */

export const frame = document.getElementById("page");
const PATIENCE = 20000; // ms
export const errors = [];

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(condition, what) {
  for (const end = performance.now() + PATIENCE; performance.now() < end; await pause(20)) {
    const found = condition();
    if (found) return found;
  }
  throw new Error(`waited for ${what}`);
}

/** A page of the site, from its start to its first picture; gives the element in it. */
export async function open(url) {
  frame.src = "about:blank";
  await until(() => frame.contentWindow.location.href === "about:blank", "an empty frame");
  frame.src = url;
  const element = await until(() => frame.contentDocument?.querySelector("main [src]"), url);
  frame.contentWindow.addEventListener("error", ({ message }) => errors.push(message));
  frame.contentDocument.addEventListener("securitypolicyviolation", (event) => errors.push(event.violatedDirective));
  await until(() => frame.contentWindow.performance.getEntriesByName("ganzoo:first").length, `the picture of ${url}`);
  // the menus come after the visitor's language, which draws the element anew
  await until(() => frame.contentDocument.getElementById("menus")?.hidden !== true, `the menus of ${url}`);
  return element;
}

export const inside = (element, selector) => [...element.shadowRoot.querySelectorAll(selector)];
export const named = (element, selector, text) => inside(element, selector).find((node) => node.textContent.trim() === text);

export function type(field, text) {
  field.focus();
  field.value = text;
  field.dispatchEvent(new frame.contentWindow.InputEvent("input", { bubbles: true, composed: true }));
  field.dispatchEvent(new frame.contentWindow.Event("change", { bubbles: true }));
}

export function pixels(canvas) {
  const copy = document.createElement("canvas");
  Object.assign(copy, { width: canvas.width, height: canvas.height });
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(0, 0, copy.width, copy.height).data;
}

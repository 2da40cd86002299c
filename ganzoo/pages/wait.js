/** Where a phone waits for the next page: it asks, says what is going on, and goes there. */

/**
 * @typedef {object} Next
 * @property {string} words what is going on
 * @property {string} go the path of the page to visit, empty while there is none
 * @property {boolean} done nothing more will come
 */

const PAUSE = 300; // ms between questions

const words = /** @type {HTMLElement} */ (document.getElementById("words"));
const hint = /** @type {HTMLElement} */ (document.getElementById("hint"));

while (true) {
  const next = await ask();
  words.textContent = next?.words ?? "The computer does not answer. If ganzoo still runs there, wait; else close this page.";
  hint.hidden = next?.done ?? false;
  if (next?.go) location.replace(next.go);
  if (next?.go || next?.done) break;
  await new Promise((wake) => setTimeout(wake, PAUSE));
}

/** @returns {Promise<Next | null>} null when nobody answers */
async function ask() {
  try {
    const response = await fetch("next", { method: "POST" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

export {}; // a module, for the types' sake

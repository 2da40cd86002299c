/** What every page does: fetch its job, work, and post the answer or the error back. */

/** The module that loads and runs a library, served beside the page: `Runner` of types.d.ts. */
export const RUNNER = "runner/runner.js";

/**
 * @template {object} Job
 * @param {(job: Job) => Promise<object>} work
 */
export async function answer(work) {
  addEventListener("error", (event) => void fail(event.message));
  addEventListener("unhandledrejection", (event) => void fail(event.reason));
  try {
    /** @type {Promise<Response> | undefined} a page in a hurry has greeted and asked for it already */
    const asked = /** @type {any} */ (globalThis).job;
    if (!asked) await post("hello", { userAgent: navigator.userAgent });
    const response = await (asked ?? fetch("job.json"));
    await post("result", await work(/** @type {Job} */ (await response.json())));
  } catch (error) {
    await fail(error);
  }
}

/**
 * Load a classic script. Those asked for together come together and run in order.
 * @param {string} url
 * @returns {Promise<void>}
 */
export function classic(url) {
  return new Promise((done, fail) => {
    const element = document.createElement("script");
    element.src = url;
    element.async = false;
    element.onload = () => done();
    element.onerror = () => fail(new Error(`${url} could not be loaded`));
    document.head.append(element);
  });
}

/** @param {string} message one line for the user; also the sign of life that keeps the page from being given up */
export function progress(message) {
  return post("progress", { message });
}

/** @param {unknown} error */
function fail(error) {
  // where even that fails nobody listens any more
  return post("error", { message: error instanceof Error ? error.message : String(error) }).catch(() => {});
}

/**
 * @param {"hello" | "progress" | "result" | "error"} kind
 * @param {object} data
 */
async function post(kind, data) {
  const answer = await fetch("message", { method: "POST", body: JSON.stringify({ kind, ...data }) });
  const home = answer.headers.get("location");
  if (home) location.replace(home); // a phone that has given its last message waits there for the next page
}

/**
 * @param {string} text base64 of little-endian float32
 * @returns {Float32Array}
 */
export function decode(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

/**
 * @param {Float32Array} values
 * @returns {string}
 */
export function encode(values) {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    // fromCharCode takes one argument a byte, and engines bound their number
    text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(text);
}

/** WebDNN 1.2.11's loader: a classic script that puts itself on the window. */

/**
 * @typedef {object} View a network's input or output, flat
 * @property {(values: ArrayLike<number>) => void} set
 * @property {() => Float32Array} toActual a window on the memory, not a copy
 *
 * @typedef {object} Runner
 * @property {() => View[]} getInputViews
 * @property {() => View[]} getOutputViews
 * @property {() => Promise<void>} run ends when the outputs can be read, WebGL's too
 *
 * @typedef {object} WebDNN
 * @property {(folder: string, options: object) => Promise<Runner>} load
 */

/** @type {WebDNN} */
let webdnn;

/** @type {string[]} what was said on the console: WebDNN tells there, and only there, why a backend failed */
const said = [];

/** @type {import("../../types.js").Runner["script"]} */
export async function script(backend, folder, classic) {
  for (const level of /** @type {const} */ (["log", "warn", "error"])) {
    const say = console[level];
    console[level] = (...words) => {
      said.push(words.map(text).join(" "));
      say(...words);
    };
  }
  await classic("lib/webdnn.js");
  webdnn = /** @type {{ WebDNN: WebDNN }} */ (/** @type {unknown} */ (window)).WebDNN;
}

/**
 * Load the network in `folder` on one backend, with no cache between network and runner.
 * @param {string} folder
 * @param {string} backend
 * @returns {Promise<import("../../types.js").Run>} for one sample a run: its graph is for one
 */
export async function load(folder, backend) {
  const options = { backendOrder: [backend], cacheStrategy: "networkOnly", saveCache: false };
  const runner = await webdnn.load(folder, options).catch(explain);
  const inputs = runner.getInputViews();
  const outputs = runner.getOutputViews();
  return async (values) => {
    if (values.length !== inputs.length) {
      throw new Error(`the network takes ${inputs.length} inputs, not ${values.length}`);
    }
    inputs.forEach((view, i) => view.set(values[i]));
    await runner.run().catch(explain);
    return outputs.map((view) => view.toActual());
  };
}

/**
 * @param {unknown} failure
 * @returns {never}
 */
function explain(failure) {
  throw new Error([text(failure), ...said.slice(-5), ...absent()].join("; "));
}

/**
 * @param {unknown} word an error, an error's event, the object that a worker posts, or plain words
 * @returns {string}
 */
function text(word) {
  if (word instanceof Error || word instanceof ErrorEvent) return word.message;
  return typeof word === "object" ? JSON.stringify(word) : String(word);
}

/** @returns {string[]} what the server did not have; WebDNN does not look at the status */
function absent() {
  const base = new URL(".", location.href).href;
  const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
  return entries
    .filter((entry) => entry.responseStatus >= 400)
    .map((entry) => `${entry.name.replace(base, "")}: status ${entry.responseStatus}`);
}

/**
 * Runs `webassembly.wasm` or its twin with fused multiply-add, here or in a worker, which this file is as well.
 *
 * @typedef {{ slot: string, pixels: number, channels: number }} Port an input or output, and what the module calls its
 *   memory
 *
 * @typedef {object} Given
 * @property {{ batch: number, inputs: Port[], outputs: Port[] }} entry `batch` samples at most are run at once
 * @property {Float32Array | Promise<Float32Array>} weights
 * @property {(name: string) => Promise<ArrayBuffer | Uint8Array>} file
 * @property {{ worker?: boolean }} [options]
 *
 * @typedef {Record<string, WebAssembly.Global> & { memory: WebAssembly.Memory, run: (n: number) => void }} Exports
 */

const NAME = "ganzoo-webassembly"; // of the worker
const BURST = 4; // ms
const BURSTS = 6;

// (func (param v128 v128 v128) (result v128) (f32x4.relaxed_madd ...)): some engines refuse it, and with it all else
const PROBE = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
];
const relaxed = () => WebAssembly.validate(new Uint8Array(PROBE));
const program = () => (relaxed() ? "webassembly-relaxed.wasm" : "webassembly.wasm");

/** @param {Given} given */
export async function create(given) {
  return given.options?.worker ? remote(given) : local(given);
}

const whole = (/** @type {number} */ value) => {
  if (!(Number.isSafeInteger(value) && value > 0)) throw new RangeError(`${value} is not a whole number above 0`);
  return value;
};

/** @param {Given} given */
async function local({ entry, weights, file }) {
  const batch = whole(entry.batch);
  const { instance } = await WebAssembly.instantiate(/** @type {BufferSource} */ (await file(program())));
  const wasm = /** @type {Exports} */ (/** @type {unknown} */ (instance.exports));
  // a network that is run one sample at a time is large: a page would stand still, and the self-test warms it as well
  const values = await (batch > 1 ? warm(() => wasm.run(1), Promise.resolve(weights)) : weights);
  const memory = new Float32Array(wasm.memory.buffer); // it never grows
  const place = (/** @type {string} */ name, /** @type {number} */ size) => {
    const at = wasm[name]?.value / Float32Array.BYTES_PER_ELEMENT;
    if (!(at % 1 === 0 && at + size <= memory.length)) throw new RangeError(`no room for ${name}`);
    return at;
  };
  memory.set(values, place("weights", values.length));
  const port = (/** @type {Port} */ { slot, pixels, channels }) => {
    const size = whole(pixels) * whole(channels);
    return { at: place(slot, batch * size), pixels, channels, size };
  };
  const inputs = entry.inputs.map(port);
  const outputs = entry.outputs.map(port);

  return {
    info: `WebAssembly SIMD${relaxed() ? ", fused multiply-add" : ""}`,
    lost: new Promise(() => {}),
    /** @param {Float32Array[]} given @param {number} n */
    run(given, n) {
      const taken = outputs.map(({ size }) => new Float32Array(n * size));
      inputs.forEach(({ size }, i) => {
        if (given[i].length !== n * size) throw new RangeError(`input ${i} has ${given[i].length} values, not ${n * size}`);
      });
      for (let start = 0; start < n; start += batch) {
        const count = Math.min(batch, n - start);
        inputs.forEach(({ at, channels, size }, i) => {
          transpose(given[i], start * size, memory, at, count, size, channels);
        });
        wasm.run(count);
        outputs.forEach(({ at, pixels, size }, i) => {
          transpose(memory, at, taken[i], start * size, count, size, pixels);
        });
      }
      return taken;
    },
    destroy() {},
  };
}

/**
 * `run` again and again, on empty memory, until `weights` are there: engines begin with slow code and optimise what has
 * run often, which shall not happen at a visitor's expense. In bursts, so that the page goes on.
 * @param {() => void} run
 * @param {Promise<Float32Array>} weights
 */
async function warm(run, weights) {
  let arrived = false;
  const wait = weights.finally(() => (arrived = true));
  wait.catch(() => {});
  for (let spent = 0; spent < BURSTS * BURST; ) {
    await new Promise((resolve) => setTimeout(resolve));
    if (arrived) break;
    const start = performance.now();
    do run();
    while (performance.now() - start < BURST);
    spent += performance.now() - start;
  }
  return wait;
}

/**
 * `n` matrices of `rows` rows, `size` values each, turned about: C, H, W to H, W, C and, with pixels as rows, back.
 * @param {Float32Array} from
 * @param {number} at where in `from`
 * @param {Float32Array} to
 * @param {number} into where in `to`
 * @param {number} n
 * @param {number} size
 * @param {number} rows
 */
function transpose(from, at, to, into, n, size, rows) {
  if (rows === 1 || rows === size) return to.set(from.subarray(at, at + n * size), into);
  for (const end = at + n * size; at < end; at += size, into += size) {
    for (let row = 0, i = at; row < rows; row++) {
      for (let j = into + row; j < into + size; j += rows) to[j] = from[i++];
    }
  }
}

/**
 * A worker's script must be of the page's own origin: for another one it is a script that imports it.
 * @param {string} url
 */
function ours(url) {
  if (new URL(url).origin === globalThis.location?.origin) return url;
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(url)}`], { type: "text/javascript" }));
}

/** @param {Given} given */
async function remote({ entry, weights, file }) {
  const [bytes, values] = await Promise.all([file(program()), weights]);
  const worker = new Worker(ours(import.meta.url), { type: "module", name: NAME });
  /** @type {{ resolve: (value: any) => void, reject: (error: Error) => void }[]} */
  const waiting = []; // answers come in the order of the questions
  /** @type {Promise<string>} */
  const lost = new Promise((resolve) => {
    worker.onerror = (event) => {
      event.preventDefault(); // it is seen to here, the page need not hear of it
      const message = event.message || "the worker's script does not load";
      resolve(message);
      waiting.splice(0).forEach(({ reject }) => reject(new Error(message)));
    };
  });
  worker.onmessage = ({ data: { error, answer } }) => {
    const { resolve, reject } = /** @type {typeof waiting[0]} */ (waiting.shift());
    if (error) reject(new Error(error));
    else resolve(answer);
  };
  const ask = (/** @type {unknown} */ message) => {
    return new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      worker.postMessage(message);
    });
  };
  const destroy = () => worker.terminate();
  try {
    /** @type {string} */
    const info = await ask({ bytes, weights: values, entry });
    return {
      info: `${info}, in a worker`,
      lost,
      /** @type {(inputs: Float32Array[], n: number) => Promise<Float32Array[]>} */
      run: (inputs, n) => ask({ inputs, n }),
      destroy,
    };
  } catch (error) {
    destroy();
    throw error;
  }
}

// the other end of `remote`
if (/** @type {{ name?: string }} */ (globalThis).name === NAME && !("document" in globalThis)) {
  /** @type {ReturnType<typeof local>} */
  let made;
  onmessage = async ({ data }) => {
    try {
      if (data.bytes) {
        made = local({ ...data, file: async () => data.bytes });
        postMessage({ answer: (await made).info });
      } else {
        const answer = (await made).run(data.inputs, data.n);
        postMessage({ answer }, { transfer: answer.map((each) => each.buffer) });
      }
    } catch (error) {
      postMessage({ error: String(error) });
    }
  };
}

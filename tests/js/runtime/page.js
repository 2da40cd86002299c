/** What tests/runtime/test_runtime.py asks for, in a real browser, below a strict Content-Security-Policy. */

import { answer, encode } from "./pages/page.js";

const { load } = await import("./model/ganzoo.js");
const fields = ["code", "file", "field", "message"];

/** What `work` gives, or its error's fields. */
async function told(work) {
  try {
    return await work();
  } catch (error) {
    return Object.fromEntries(fields.map((key) => [key, error[key]]));
  }
}

/** What pages cannot reach: the devices that the backends have made. */
const [contexts, devices] = [[], []];
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  const context = getContext.call(this, kind, ...more);
  if (kind === "webgl2") contexts.push(context);
  return context;
};
if ("GPUAdapter" in globalThis) {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...given) {
    devices.push(await requestDevice.apply(this, given));
    return devices.at(-1);
  };
}
const losses = {
  webgl: () => contexts.at(-1).getExtension("WEBGL_lose_context").loseContext(),
  webgpu: () => devices.at(-1).destroy(),
};

const checks = {
  /** The network, once by each backend and by auto. */
  async run({ values, backends }) {
    const outputs = {};
    for (const backend of backends) {
      const progress = [];
      const model = await load("model", { backend, onProgress: (each) => progress.push(each) });
      const { y, s } = await model.run(values);
      outputs[backend] = { y: encode(y), s: encode(s), backend: model.backend, report: model.report, last: progress.at(-1) };
      model.destroy();
    }
    return { outputs, store: Object.entries(localStorage) };
  },

  async broken({ folders }) {
    const errors = {};
    for (const folder of folders) errors[folder] = await told(() => load(folder, { backend: "alpha" }).then(() => "loaded"));
    return errors;
  },

  /** As on a page that is not served by HTTPS. */
  async insecure({ folders }) {
    Object.defineProperty(crypto, "subtle", { value: undefined });
    return checks.broken({ folders });
  },

  async noise({ seeds, n, specs }) {
    const { normal } = await import("./runtime/noise.js");
    const { seeded } = await import("./runtime/seeded.js");
    return { normal: seeds.map((seed) => encode(normal(seed, n))), seeded: seeded(specs, 5, 9, [2, 0]).map(encode) };
  },

  /** A real bundle, as it is, off the main thread, or after a loss of its device. */
  async real({ folder, backend, worker, lose, relaxed = true }) {
    if (!relaxed) WebAssembly.validate = () => false;
    const { load } = await import(`./${folder}/ganzoo.js`);
    const model = await load(folder, { backend, worker });
    const values = { ...model.noise(3, 2), label: [4, 7] };
    const first = await model.run(values);
    if (lose) {
      await losses[lose]();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const [{ name }] = model.outputs;
    const { [name]: y } = await model.run(values);
    const links = document.head.querySelectorAll("link[rel=modulepreload]").length;
    const fetched = performance.getEntriesByType("resource").map((entry) => entry.name.split("/").pop());
    return { first: encode(first[name]), y: encode(y), report: model.report, links, fetched };
  },

  /** Workers that do as `how` says, in place of the bundle's. */
  async worker({ how }) {
    const ends = [];
    const { Worker } = window;
    window.Worker = class extends Worker {
      constructor(url, options) {
        super(`${how}.js?${url}`, options);
        this.name = options.name;
      }
      terminate() {
        ends.push(this.name);
        super.terminate();
      }
    };
    const { load } = await import("./real/ganzoo.js");
    const loading = load("real", { backend: "webassembly", worker: true });
    if (how !== "crashing") return { ...(await told(() => loading)), ends };
    const model = await loading;
    const values = { ...model.noise(3), label: 4 };
    new BroadcastChannel("crash").postMessage(0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const [y] = Object.values(await model.run(values));
    return { y: encode(y), report: model.report, ends };
  },

  /** WebDNN's JavaScript as pages have it, unchanged. */
  async webdnn({ x, image }) {
    const { WebDNN } = window;
    const canvas = document.querySelector("canvas");
    const pixels = () => [...canvas.getContext("2d").getImageData(0, 0, 4, 4).data];

    const runner = await WebDNN.load("model", { backendOrder: ["webgl", "beta", "alpha"] });
    runner.inputs[0].set(x);
    runner.getInputViews()[1].set([[image.slice(0, 2), image.slice(2)]]);
    await runner.run();
    const data = runner.outputs[0].toActual();
    const first = [...data];
    runner.inputs[0].set(x.map((value) => 2 * value));
    await runner.run();
    const { GREY, BGR, RGBA } = WebDNN.Image.Color;
    const { CHW, HWC } = WebDNN.Image.Order;

    const options = { dstW: 4, dstH: 4, scale: [255, 255, 255], bias: [0, 0, 0], color: GREY, order: CHW };
    WebDNN.Image.setImageArrayToCanvas(new Float32Array([1, 1, 1, 1]), 2, 2, canvas, options);
    const white = pixels();
    const plain = { scale: 255, bias: 0 };
    WebDNN.Image.setImageArrayToCanvas([0, 0.2, 0.4, 1, 1, 1], 2, 1, canvas, { ...plain, color: BGR, order: CHW, dstW: 2, dstH: 1 });
    const bgr = pixels().slice(0, 8);
    const back = await WebDNN.Image.getImageArray(canvas, { ...plain, color: BGR, order: CHW, srcW: 2, srcH: 1 });
    const rgba = await WebDNN.Image.getImageArray(canvas, { color: RGBA, order: HWC, srcW: 1, srcH: 1, type: Int32Array });
    const grey = await WebDNN.Image.getImageArray(canvas, { ...plain, color: GREY, srcX: 2, srcY: 2, srcW: 2, srcH: 2, dstW: 1, dstH: 1 });
    return {
      first,
      again: [...data],
      same: data === runner.outputs[0].toActual(),
      backendName: runner.backendName,
      outputs: runner.getOutputViews().map(({ name, length }) => [name, length]),
      white,
      bgr,
      back: [...back],
      rgba: [...rgba],
      grey: [...grey],
      argmax: WebDNN.Math.argmax([3, 9, 4], 2),
      order: WebDNN.getBackendAvailability().defaultOrder,
    };
  },
};

await answer((job) => checks[job.check](job));

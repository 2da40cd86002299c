/** What tests/test_runtime.py asks for, in a real browser, below a strict Content-Security-Policy. */

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

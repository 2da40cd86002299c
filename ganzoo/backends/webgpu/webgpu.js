/**
 * Runs `webgpu.json` (compile.py tells what is in it) on the browser's WebGPU adapter.
 *
 * @typedef {{ slot: number, pixels: number, width: number, channels: number }} Port
 *
 * @typedef {object} Program
 * @property {string[]} shaders
 * @property {{ shader: number, buffers: number[], groups: [number, number], layer: string }[]} steps
 * @property {number[]} slots
 * @property {Port[]} inputs
 * @property {Port[]} outputs
 */

// flags as the specification numbers them
const READ = 1; // of mapAsync, and of a buffer's usage
const COPY_DST = 8;
const STORAGE = 128 | COPY_DST | 4; // COPY_SRC

// the triangle that covers the canvas, and the pixels' colours from the buffer
const PAINT =
  "@group(0)@binding(0)var<storage,read>x:array<vec4f>;" +
  "@vertex fn v(@builtin(vertex_index)i:u32)->@builtin(position)vec4f" +
  "{return vec4f(f32(i&1)*4-1,f32(i>>1)*4-1,0,1);}" +
  "@fragment fn f(@builtin(position)p:vec4f)->@location(0)vec4f" +
  "{return vec4f(x[u32(p.y)*WIDTH+u32(p.x)].COLOUR,1);}";

/** Floats of one sample: channels are padded to four. @param {Port} port */
const padded = ({ pixels, channels }) => pixels * Math.ceil(channels / 4) * 4;

/**
 * Samples from C, H, W to H, W, C with padding, or back.
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {Port} port
 * @param {number} n
 * @param {boolean} back
 */
function reorder(from, to, port, n, back) {
  const { pixels, channels } = port;
  const stride = padded(port) / pixels;
  let plain = 0;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++, plain++) {
        const at = (i * pixels + p) * stride + c;
        if (back) to[plain] = from[at];
        else to[at] = from[plain];
      }
    }
  }
  return to;
}

/**
 * @param {object} given
 * @param {{ program: string }} given.entry
 * @param {Float32Array | Promise<Float32Array>} given.weights
 * @param {(name: string) => Promise<ArrayBuffer>} given.file
 */
export async function create({ entry, weights, file }) {
  const [bytes, adapter] = await Promise.all([file(entry.program), navigator.gpu?.requestAdapter()]);
  if (!adapter) throw new Error("the browser has no WebGPU adapter");
  /** @type {Program} */
  const { shaders, steps, slots, inputs, outputs } = JSON.parse(new TextDecoder().decode(bytes));
  const device = await adapter.requestDevice();
  const { queue } = device;
  const sizes = outputs.map((port) => 4 * padded(port)); // bytes

  /** @type {Error | undefined} of an error that nobody waits for; what the buffers hold then is no result */
  let failure;
  device.onuncapturederror = ({ error }) => {
    failure ??= new Error(error.message);
  };

  /**
   * What `work` makes; the device's own errors on the way, which come later, are raised as well.
   * @template T
   * @param {string} name for messages
   * @param {() => T | Promise<T>} work
   */
  async function checked(name, work) {
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    const made = (async () => work())();
    made.catch(() => {}); // the scopes know more
    for (const error of await Promise.all([device.popErrorScope(), device.popErrorScope()])) {
      if (error) throw new Error(`${name}: ${error.message}`);
    }
    return made;
  }

  /** @param {number} size in bytes @param {number} usage */
  const buffer = (size, usage) => device.createBuffer({ size: Math.max(size, 16), usage });

  const compiling = shaders.map((code, i) => {
    const label = steps.find(({ shader }) => shader === i)?.layer ?? "";
    return checked(label, () => {
      const module = device.createShaderModule({ code });
      return device.createComputePipelineAsync({ label, layout: "auto", compute: { module } });
    });
  });
  const pipelines = await Promise.all(compiling);
  const values = await weights;
  const parameters = await checked("weights", () => {
    const made = buffer(values.byteLength, STORAGE);
    queue.writeBuffer(made, 0, values);
    return made;
  });

  let capacity = 0; // samples that there is room for
  /** @type {GPUBuffer[]} */
  let buffers = [];
  /** @type {GPUBindGroup[]} */
  let bindings = [];
  /** @type {GPUBuffer} what is read back: all outputs, one after another */
  let staging;

  /** @param {number} n */
  function grow(n) {
    const { maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = device.limits;
    if (4 * n * Math.max(...slots) > maxStorageBufferBindingSize || n > maxComputeWorkgroupsPerDimension) {
      throw new RangeError(`a batch of ${n} is more than the adapter's limits allow`);
    }
    capacity = 0;
    for (const old of buffers) old.destroy();
    staging?.destroy();
    buffers = slots.map((size) => buffer(4 * n * size, STORAGE));
    staging = buffer(n * sizes.reduce((a, b) => a + b), READ | COPY_DST);
    bindings = steps.map((step) => {
      const layout = pipelines[step.shader].getBindGroupLayout(0);
      const entries = step.buffers.map((slot, binding) => ({
        binding,
        resource: { buffer: slot < 0 ? parameters : buffers[slot] },
      }));
      return device.createBindGroup({ label: step.layer, layout, entries });
    });
  }

  /**
   * Uploads, all steps in one pass, and what `finish` adds, in one submit.
   * @param {Float32Array[]} arrays
   * @param {number} n
   * @param {(encoder: GPUCommandEncoder) => void} finish
   */
  async function compute(arrays, n, finish) {
    if (n > capacity) {
      await checked("buffers", () => grow(n));
      capacity = n;
    }
    inputs.forEach((port, i) => {
      queue.writeBuffer(buffers[port.slot], 0, reorder(arrays[i], new Float32Array(n * padded(port)), port, n, false));
    });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    steps.forEach(({ shader, groups: [x, y] }, i) => {
      pass.setPipeline(pipelines[shader]);
      pass.setBindGroup(0, bindings[i]);
      pass.dispatchWorkgroups(x, y, n);
    });
    pass.end();
    finish(encoder);
    queue.submit([encoder.finish()]);
  }

  /** @type {Promise<GPURenderPipeline> | undefined} */
  let painter;

  const { vendor, architecture, device: model, description } = adapter.info;
  let destroyed = false;
  return {
    info: [vendor, architecture, model, description].filter(Boolean).join(" ") || "unnamed",

    /** @type {Promise<string>} */
    lost: new Promise((resolve) => {
      device.lost.then(({ reason, message }) => destroyed || resolve(message || reason));
    }),

    /**
     * One run at a time.
     * @param {Float32Array[]} arrays
     * @param {number} n
     */
    async run(arrays, n) {
      let at = 0;
      await compute(arrays, n, (encoder) => {
        outputs.forEach(({ slot }, i) => {
          encoder.copyBufferToBuffer(buffers[slot], 0, staging, at, n * sizes[i]);
          at += n * sizes[i];
        });
      });
      await staging.mapAsync(READ, 0, at);
      const mapped = staging.getMappedRange(0, at);
      at = 0;
      const results = outputs.map((port, i) => {
        const view = new Float32Array(mapped, at, n * padded(port));
        at += n * sizes[i];
        return reorder(view, new Float32Array(n * port.pixels * port.channels), port, n, true);
      });
      staging.unmap();
      if (failure) throw failure;
      return results;
    },

    /**
     * Puts the first output, pictures in [0, 1], on a canvas, and reads nothing back. The canvas becomes as large as a
     * picture; n of them stand one below the other. Ends when they are drawn. Not while a run is going on.
     * @param {HTMLCanvasElement | OffscreenCanvas} canvas
     * @param {Float32Array[]} arrays
     * @param {number} n
     */
    async draw(canvas, arrays, n) {
      const { slot, width, pixels, channels } = outputs[0];
      const format = navigator.gpu.getPreferredCanvasFormat();
      painter ??= checked("draw", () => {
        const code = PAINT.replace("WIDTH", `${width}`).replace("COLOUR", channels < 3 ? "xxx" : "xyz");
        const module = device.createShaderModule({ code });
        const fragment = { module, targets: [{ format }] };
        return device.createRenderPipelineAsync({ layout: "auto", vertex: { module }, fragment });
      });
      const pipeline = await painter;
      const context = /** @type {GPUCanvasContext} */ (canvas.getContext("webgpu"));
      Object.assign(canvas, { width, height: (n * pixels) / width });
      context.configure({ device, format });
      await compute(arrays, n, (encoder) => {
        const layout = pipeline.getBindGroupLayout(0);
        const entries = [{ binding: 0, resource: { buffer: buffers[slot] } }];
        const view = context.getCurrentTexture().createView();
        const pass = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: "clear", storeOp: "store" }] });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
        pass.draw(3);
        pass.end();
      });
      await queue.onSubmittedWorkDone();
      if (failure) throw failure;
    },

    destroy() {
      destroyed = true;
      device.destroy();
    },
  };
}

/**
 * Runs `webgpu.json` (compile.py tells what is in it) on the browser's WebGPU adapter.
 *
 * @typedef {{ slot: number, pixels: number, width: number, channels: number }} Port
 *
 * @typedef {object} Program
 * @property {string[]} shaders
 * @property {{ shader: number, buffers: number[], groups: [number, number], layer: string }[]} steps
 * @property {number[]} slots
 * @property {number} batch
 * @property {number} [piece]
 * @property {Port[]} inputs
 * @property {Port[]} outputs
 */

// flags as the specification numbers them
const READ = 1; // of mapAsync, and of a buffer's usage
const COPY_DST = 8;
const STORAGE = 128 | COPY_DST | 4; // COPY_SRC

// the triangle that covers the canvas, and the pixels' colours from the buffer, which begins at row t
const PAINT =
  "@group(0)@binding(0)var<storage,read>x:array<vec4f>;" +
  "struct V{@builtin(position)p:vec4f,@location(0)@interpolate(flat)t:u32}" +
  "@vertex fn v(@builtin(vertex_index)i:u32,@builtin(instance_index)t:u32)->V" +
  "{return V(vec4f(f32(i&1)*4-1,f32(i>>1)*4-1,0,1),t);}" +
  "@fragment fn f(v:V)->@location(0)vec4f" +
  "{return vec4f((x[(u32(v.p.y)-v.t)*WIDTH+u32(v.p.x)].COLOUR-(LOW))/SIZE,1);}";

/** Floats of one sample: channels are padded to four. @param {Port} port */
const padded = ({ pixels, channels }) => pixels * Math.ceil(channels / 4) * 4;

/**
 * n samples from C, H, W, where `first` is the first of them, to H, W, C with padding, or back.
 * @param {Float32Array} from
 * @param {Float32Array} to
 * @param {Port} port
 * @param {number} first
 * @param {number} n
 * @param {boolean} back
 */
function reorder(from, to, port, first, n, back) {
  const { pixels, channels } = port;
  const stride = padded(port) / pixels;
  let plain = first * pixels * channels;
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
 * @param {{ outputs: { range?: [number, number] | null }[] }} given.manifest
 * @param {{ program: string }} given.entry
 * @param {Float32Array | Promise<Float32Array>} given.weights
 * @param {(name: string) => Promise<ArrayBuffer>} given.file
 */
export async function create({ manifest, entry, weights, file }) {
  const [bytes, adapter] = await Promise.all([file(entry.program), navigator.gpu?.requestAdapter()]);
  if (!adapter) throw new Error("the browser has no WebGPU adapter");
  /** @type {Program} */
  const { shaders, steps, slots, batch, piece = Infinity, inputs, outputs } = JSON.parse(new TextDecoder().decode(bytes));
  const device = await adapter.requestDevice();
  const { queue } = device;
  const sizes = outputs.map((port) => 4 * padded(port)); // bytes
  const together = sizes.reduce((a, b) => a + b);

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
  const uploading = Promise.resolve(weights).then((values) =>
    checked("weights", () => {
      const made = [];
      for (let at = 0; at < values.length; at += piece) {
        const part = values.subarray(at, at + piece);
        const one = buffer(part.byteLength, STORAGE);
        queue.writeBuffer(one, 0, part);
        made.push(one);
      }
      return made;
    }),
  );
  const [parameters, ...pipelines] = await Promise.all([uploading, ...compiling]).catch((error) => {
    device.destroy();
    throw error;
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
    for (const old of buffers) old.destroy();
    staging?.destroy();
    buffers = slots.map((size) => buffer(4 * n * size, STORAGE));
    staging = buffer(n * together, READ | COPY_DST);
    bindings = steps.map((step) => {
      const layout = pipelines[step.shader].getBindGroupLayout(0);
      const entries = step.buffers.map((slot, binding) => ({
        binding,
        resource: { buffer: slot < 0 ? parameters[~slot] : buffers[slot] },
      }));
      return device.createBindGroup({ label: step.layer, layout, entries });
    });
  }

  /**
   * In turns of up to `batch` images, each in one submit: uploads, all steps in one pass, and what `finish` adds.
   * @param {Float32Array[]} arrays
   * @param {number} all images
   * @param {(encoder: GPUCommandEncoder, first: number, n: number) => void} finish
   * @param {(first: number, n: number) => Promise<void>} [read] ends the turn
   */
  async function compute(arrays, all, finish, read) {
    const room = Math.min(all, batch);
    if (room > capacity) {
      capacity = 0;
      await checked("buffers", () => grow(room));
      capacity = room;
    }
    for (let first = 0; first < all; first += batch) {
      const n = Math.min(batch, all - first);
      inputs.forEach((port, i) => {
        const values = reorder(arrays[i], new Float32Array(n * padded(port)), port, first, n, false);
        queue.writeBuffer(buffers[port.slot], 0, values);
      });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      steps.forEach(({ shader, groups: [x, y] }, i) => {
        pass.setPipeline(pipelines[shader]);
        pass.setBindGroup(0, bindings[i]);
        pass.dispatchWorkgroups(x, y, n);
      });
      pass.end();
      finish(encoder, first, n);
      queue.submit([encoder.finish()]);
      if (read) await read(first, n); // a canvas is to be drawn on without a break
    }
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
      const results = outputs.map(({ pixels, channels }) => new Float32Array(n * pixels * channels));
      /** @param {GPUCommandEncoder} encoder @param {number} first @param {number} n */
      const copy = (encoder, first, n) => {
        let at = 0;
        outputs.forEach(({ slot }, i) => {
          encoder.copyBufferToBuffer(buffers[slot], 0, staging, at, n * sizes[i]);
          at += n * sizes[i];
        });
      };
      await compute(arrays, n, copy, async (first, n) => {
        await staging.mapAsync(READ, 0, n * together);
        const mapped = staging.getMappedRange(0, n * together);
        let at = 0;
        outputs.forEach((port, i) => {
          reorder(new Float32Array(mapped, at, n * padded(port)), results[i], port, first, n, true);
          at += n * sizes[i];
        });
        staging.unmap();
      });
      if (failure) throw failure;
      return results;
    },

    /**
     * Puts the first output, pictures in its range, on a canvas, and reads nothing back. The canvas becomes as large as a
     * picture; n of them stand one below the other. Ends when they are drawn. Not while a run is going on. False, and
     * nothing is done, where they are too many rows or the canvas has another context.
     * @param {HTMLCanvasElement | OffscreenCanvas} canvas
     * @param {Float32Array[]} arrays
     * @param {number} n
     */
    async draw(canvas, arrays, n) {
      const { slot, width, pixels, channels } = outputs[0];
      const height = pixels / width;
      if (n * height > device.limits.maxTextureDimension2D) return false;
      const format = navigator.gpu.getPreferredCanvasFormat();
      painter ??= checked("draw", () => {
        const [low, high] = manifest.outputs[0].range ?? [0, 1];
        /** @type {Record<string, unknown>} */
        const told = { WIDTH: width, COLOUR: channels < 3 ? "xxx" : "xyz", LOW: low, SIZE: high - low };
        const code = PAINT.replace(/[A-Z]{3,}/g, (name) => `${told[name]}`);
        const module = device.createShaderModule({ code });
        const fragment = { module, targets: [{ format }] };
        return device.createRenderPipelineAsync({ layout: "auto", vertex: { module }, fragment });
      });
      const pipeline = await painter;
      const context = /** @type {GPUCanvasContext | null} */ (canvas.getContext("webgpu"));
      if (!context) return false;
      Object.assign(canvas, { width, height: n * height });
      context.configure({ device, format });
      await compute(arrays, n, (encoder, first, n) => {
        const layout = pipeline.getBindGroupLayout(0);
        const entries = [{ binding: 0, resource: { buffer: buffers[slot] } }];
        const view = context.getCurrentTexture().createView();
        const pass = encoder.beginRenderPass({ colorAttachments: [{ view, loadOp: "load", storeOp: "store" }] });
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
        pass.setScissorRect(0, first * height, width, n * height);
        pass.draw(3, 1, 0, first * height);
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

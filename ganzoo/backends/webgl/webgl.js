/** WebGL2: every pass of webgl.json is a fragment shader that draws a texture of floats. compile.py tells the layout. */

/**
 * @typedef {WebGL2RenderingContext} GL
 *
 * @typedef {object} Port an input or output: `pixels` of `depth` channels; an image takes `rows` of `width` texels
 * @property {number} texture
 * @property {number} pass the one that draws an output
 * @property {number} width
 * @property {number} rows
 * @property {number} pixels
 * @property {number} depth
 * @property {number} lanes values of a texel that are copied
 *
 * @typedef {object} Pass
 * @property {string} step
 * @property {number} shader
 * @property {number[]} inputs textures, -1 for a constant
 * @property {number} output
 * @property {number} width
 * @property {number} rows
 * @property {number} bands layers
 *
 * @typedef {object} Program
 * @property {number} size
 * @property {number} [layer] rows of weights in each layer of their texture
 * @property {number} batch
 * @property {{ width: number, rows: number, bands: number, lanes: number }[]} textures
 * @property {Port[]} inputs
 * @property {Port[]} outputs
 * @property {Pass[]} passes
 * @property {string} vertex
 * @property {string[]} shaders
 */

// what takes less than most of a frame is read at once, what takes longer is awaited at a fence, 4 ms late at most
const BLOCKING_MS = 10;
const ROUNDING = 2 ** -10; // of half floats: what a network's output may be off by, for each unit of it
const LOST = "the WebGL context was lost";

/**
 * @param {object} parts
 * @param {{ program: string }} parts.entry
 * @param {Float32Array | Promise<Float32Array>} parts.weights
 * @param {(name: string) => Promise<ArrayBuffer>} parts.file
 * @param {{ half?: boolean }} [parts.options] `half`: half-float textures even where full ones are to be had
 */
export async function create({ entry, weights, file, options = {} }) {
  /** @type {Program} */
  const program = JSON.parse(new TextDecoder().decode(await file(entry.program)));
  const canvas = globalThis.document ? document.createElement("canvas") : new OffscreenCanvas(1, 1);
  canvas.width = canvas.height = 1;
  const settings = { antialias: false, depth: false, powerPreference: "high-performance" };
  const gl = /** @type {GL | null} */ (canvas.getContext("webgl2", settings));
  if (!gl) throw new Error("the browser has no WebGL2");

  let closed = false;
  /** @type {Promise<string>} */
  const lost = new Promise((resolve) => {
    canvas.addEventListener("webglcontextlost", () => closed || resolve(LOST));
  });
  /** @type {Promise<unknown>} the last run */
  let running = Promise.resolve();
  const destroy = () => {
    closed = true;
    // a page has few contexts, and this gives it back; while it draws, the page would stand still until it has drawn
    const lose = () => gl.getExtension("WEBGL_lose_context")?.loseContext();
    running.then(lose, lose);
  };
  try {
    const full = !options.half && !!gl.getExtension("EXT_color_buffer_float");
    const run = await prepare(gl, program, weights, full);
    const names = gl.getExtension("WEBGL_debug_renderer_info");
    const name = gl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
    return {
      info: name + (full ? "" : ", half floats"),
      rounding: full ? 0 : ROUNDING,
      lost,
      destroy,
      /** @param {Float32Array[]} given @param {number} n */
      run(given, n) {
        const made = run(given, n);
        running = made;
        return made;
      },
    };
  } catch (error) {
    destroy();
    throw error;
  }
}

/** A short while, in which the core is free: a GPU in software draws there. */
const turn = () => new Promise((resolve) => setTimeout(resolve, 1));

/**
 * @param {GL} gl
 * @param {Program} program
 * @param {Float32Array | Promise<Float32Array>} weights
 * @param {boolean} full floats, else half ones
 */
async function prepare(gl, program, weights, full) {
  const { size, layer = size, batch, textures, inputs, outputs, passes } = program;
  if (!full && !gl.getExtension("EXT_color_buffer_half_float")) throw new Error("WebGL2 cannot draw floats on this machine");
  const [one, four] = full ? [gl.R32F, gl.RGBA32F] : [gl.R16F, gl.RGBA16F];
  if (gl.getParameter(gl.MAX_TEXTURE_SIZE) < size) throw new Error("WebGL2 has only small textures on this machine");
  const [programs, values] = await Promise.all([link(gl, program), weights]);

  // unit 0 is for the weights: whole rows, layer by layer, then what is left
  const rows = Math.floor(values.length / 4 / size);
  const last = Math.floor(rows / layer);
  makeTexture(gl, gl.RGBA32F, size, Math.min(rows + 1, layer), last + 1);
  for (let z = 0; z <= last; z++) {
    upload(gl, 0, size, Math.min(rows - layer * z, layer), 4, values.subarray(4 * size * layer * z), z);
  }
  upload(gl, rows % layer, (values.length / 4) % size, 1, 4, values.subarray(4 * size * rows), last);
  gl.activeTexture(gl.TEXTURE1);

  /** @type {WebGLTexture[]} */
  let slots = [];
  const framebuffers = passes.map(() => gl.createFramebuffer());
  const buffers = outputs.map(() => gl.createBuffer());
  let room = 0; // images that slots and buffers hold

  /** @param {number} n */
  const grow = (n) => {
    for (const slot of slots) gl.deleteTexture(slot);
    slots = textures.map(({ width, rows, bands, lanes }) =>
      makeTexture(gl, lanes === 1 ? one : four, width, n * rows, bands),
    );
    passes.forEach(({ output, bands }, i) => {
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffers[i]);
      const points = [...Array(bands).keys()].map((band) => gl.COLOR_ATTACHMENT0 + band);
      points.forEach((point, band) => gl.framebufferTextureLayer(gl.FRAMEBUFFER, point, slots[output], 0, band));
      gl.drawBuffers(points);
      if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE) {
        throw new Error(gl.isContextLost() ? LOST : "WebGL2 cannot draw into its textures on this machine");
      }
    });
    outputs.forEach((port, i) => {
      // whether a single channel can be read is for the driver to say
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffers[port.pass]);
      const red = gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_FORMAT) === gl.RED;
      if (!red || gl.getParameter(gl.IMPLEMENTATION_COLOR_READ_TYPE) !== gl.FLOAT) port.lanes = 4;
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffers[i]);
      gl.bufferData(gl.PIXEL_PACK_BUFFER, 4 * n * valuesOf(port), gl.STREAM_READ);
    });
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    room = n;
  };

  /** @param {number} n */
  const draw = (n) => {
    passes.forEach(({ shader, inputs, width, rows }, at) => {
      gl.useProgram(programs[shader]);
      inputs.forEach((input, i) => {
        if (input < 0) return;
        gl.activeTexture(gl.TEXTURE1 + i);
        gl.bindTexture(gl.TEXTURE_2D_ARRAY, slots[input]);
      });
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffers[at]);
      gl.viewport(0, 0, width, n * rows);
      gl.drawArrays(gl.TRIANGLES, 0, 3);
    });
    gl.activeTexture(gl.TEXTURE1);
  };

  /**
   * @param {Port} port
   * @param {number} n
   * @param {any} target an array, or an offset in the buffer that is bound
   */
  const read = ({ pass, width, rows, lanes }, n, target) => {
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffers[pass]);
    gl.readPixels(0, 0, width, n * rows, lanes === 1 ? gl.RED : gl.RGBA, gl.FLOAT, target);
  };

  let pace = Infinity; // milliseconds that an image took the last time

  /**
   * @param {Float32Array[]} given of n images
   * @param {Float32Array[]} results likewise
   * @param {number} n
   */
  const runSome = async (given, results, n) => {
    const start = performance.now();
    if (n > room) grow(n);
    inputs.forEach((port, i) => {
      const values = isPlain(port) ? given[i] : new Float32Array(n * valuesOf(port));
      if (values !== given[i]) reorder(port, n, (at, raw) => (values[raw] = given[i][at]));
      gl.bindTexture(gl.TEXTURE_2D_ARRAY, slots[port.texture]);
      upload(gl, 0, port.width, n * port.rows, port.lanes, values);
    });
    draw(n);
    const raws = outputs.map((port, i) => (isPlain(port) ? results[i] : new Float32Array(n * valuesOf(port))));
    if (n * pace < BLOCKING_MS) {
      outputs.forEach((port, i) => read(port, n, raws[i]));
    } else {
      outputs.forEach((port, i) => {
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffers[i]);
        read(port, n, 0);
      });
      const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
      gl.flush();
      while (fence && gl.clientWaitSync(fence, 0, 0) === gl.TIMEOUT_EXPIRED) await turn();
      gl.deleteSync(fence);
      raws.forEach((raw, i) => {
        gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffers[i]);
        gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, raw);
      });
      gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    }
    if (gl.isContextLost()) throw new Error(LOST);
    outputs.forEach((port, i) => {
      if (raws[i] !== results[i]) reorder(port, n, (at, raw) => (results[i][at] = raws[i][raw]));
    });
    pace = (performance.now() - start) / n;
  };

  /**
   * @param {Float32Array[]} given
   * @param {number} n
   */
  return async (given, n) => {
    const results = outputs.map((port) => new Float32Array(n * port.pixels * port.depth));
    for (let first = 0; first < n; first += batch) {
      const end = Math.min(first + batch, n);
      const [some, ours] = [given, results].map((arrays) =>
        arrays.map((array) => array.subarray((first * array.length) / n, (end * array.length) / n)),
      );
      await runSome(some, ours, end - first);
    }
    return results;
  };
}

/**
 * Compile all, link all, and only then ask: the driver does them in parallel.
 * @param {GL} gl
 * @param {Program} program
 */
async function link(gl, { vertex, shaders, passes }) {
  /**
   * @param {number} type
   * @param {string} source
   */
  const compile = (type, source) => {
    const shader = /** @type {WebGLShader} */ (gl.createShader(type));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    return shader;
  };
  const cover = compile(gl.VERTEX_SHADER, vertex);
  const fragments = shaders.map((source) => compile(gl.FRAGMENT_SHADER, source));
  const programs = fragments.map((fragment) => {
    const program = gl.createProgram();
    gl.attachShader(program, cover);
    gl.attachShader(program, fragment);
    gl.linkProgram(program);
    return program;
  });
  const parallel = gl.getExtension("KHR_parallel_shader_compile");
  for (const [i, program] of programs.entries()) {
    while (parallel && !gl.getProgramParameter(program, parallel.COMPLETION_STATUS_KHR)) await turn();
    if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
      const step = passes.find(({ shader }) => shader === i)?.step;
      const log = gl.getShaderInfoLog(fragments[i]) || gl.getProgramInfoLog(program);
      throw new Error(gl.isContextLost() ? LOST : `${step}: ${log}`);
    }
    gl.useProgram(program);
    // the weights, w, are in unit 0, and so is w where a shader has none
    for (let unit = 1; unit < 16; unit++) gl.uniform1i(gl.getUniformLocation(program, `i${unit - 1}`), unit);
  }
  return programs;
}

/**
 * @param {GL} gl
 * @param {number} format
 * @param {number} width
 * @param {number} height
 * @param {number} layers
 */
function makeTexture(gl, format, width, height, layers) {
  const texture = gl.createTexture();
  gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
  gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, format, width, height, layers);
  gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D_ARRAY, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
  return texture;
}

/**
 * Into the texture that is bound, from row y on.
 * @param {GL} gl
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {number} lanes
 * @param {Float32Array} values
 * @param {number} [z] layer
 */
function upload(gl, y, width, height, lanes, values, z = 0) {
  const format = lanes === 1 ? gl.RED : gl.RGBA;
  gl.texSubImage3D(gl.TEXTURE_2D_ARRAY, 0, 0, y, z, width, height, 1, format, gl.FLOAT, values);
}

/**
 * Values of an image in its texture, with what pads it.
 * @param {Port} port
 */
function valuesOf({ width, rows, lanes }) {
  return width * rows * lanes;
}

/**
 * Whether C, H, W is the texture's own order.
 * @param {Port} port
 */
function isPlain(port) {
  return valuesOf(port) === port.pixels * port.depth && (port.depth === 1 || port.pixels === 1);
}

/**
 * Calls `copy` for each value, with its index in C, H, W order and in the texture.
 * @param {Port} port
 * @param {number} n
 * @param {(at: number, raw: number) => void} copy
 */
function reorder(port, n, copy) {
  const step = port.lanes * Math.ceil(port.depth / port.lanes);
  for (let i = 0, at = 0; i < n; i++) {
    for (let c = 0; c < port.depth; c++) {
      for (let p = 0; p < port.pixels; p++) copy(at++, i * valuesOf(port) + p * step + c);
    }
  }
}

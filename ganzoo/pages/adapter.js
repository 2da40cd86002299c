/** What computes behind a backend, as the browser names it, and whether anything does. */

/** @typedef {import("./types.js").Backend} Backend */

/**
 * @param {Backend} backend
 * @returns {Promise<string>} "CPU" for WebAssembly
 */
export async function adapter(backend) {
  if (backend === "webgl") {
    const gl = context();
    const names = gl?.getExtension("WEBGL_debug_renderer_info"); // Firefox tells without
    return String((gl && gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) || "unknown");
  }
  if (backend === "webgpu") {
    const info = (await /** @type {any} */ (navigator).gpu?.requestAdapter())?.info;
    const { vendor, architecture, device, description, isFallbackAdapter } = info ?? {};
    const name = [vendor, architecture, device, description].filter(Boolean).join(" ") || "unnamed";
    return isFallbackAdapter ? `${name} (fallback adapter)` : name; // that is software, and Firefox tells no more
  }
  return "CPU";
}

/**
 * What this browser lacks of a backend, in words; nothing where it has it.
 * @param {Backend} backend
 * @returns {Promise<string>}
 */
export async function lacking(backend) {
  if (backend === "webgl") return context() ? "" : "This browser has no WebGL.";
  if (backend === "webgpu") {
    if (!isSecureContext) return "This browser offers WebGPU to pages of a secure context only.";
    const { gpu } = /** @type {any} */ (navigator);
    if (!gpu) return "This browser has no WebGPU.";
    return (await gpu.requestAdapter()) ? "" : "This browser's WebGPU has no adapter.";
  }
  return "WebAssembly" in globalThis ? "" : "This browser has no WebAssembly.";
}

function context() {
  const canvas = document.createElement("canvas");
  return canvas.getContext("webgl2") ?? canvas.getContext("webgl");
}

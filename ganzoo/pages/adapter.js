/** What computes behind a backend, as the browser names it, and whether anything does. */

/**
 * What the browser itself tells of the technologies that it has an interface to ask by: the adapter's name, and what is
 * lacking, in words.
 * @type {Record<string, { adapter: () => Promise<string>, lacking: () => Promise<string> }>}
 */
const TECHNOLOGIES = {
  webassembly: {
    adapter: async () => "CPU",
    lacking: async () => ("WebAssembly" in globalThis ? "" : "This browser has no WebAssembly."),
  },
  webgl: {
    async adapter() {
      const gl = context();
      const names = gl?.getExtension("WEBGL_debug_renderer_info"); // Firefox tells without
      return String((gl && gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) || "unknown");
    },
    lacking: async () => (context() ? "" : "This browser has no WebGL."),
  },
  webgpu: {
    async adapter() {
      const info = (await /** @type {any} */ (navigator).gpu?.requestAdapter())?.info;
      const { vendor, architecture, device, description, isFallbackAdapter } = info ?? {};
      const name = [vendor, architecture, device, description].filter(Boolean).join(" ") || "unnamed";
      return isFallbackAdapter ? `${name} (fallback adapter)` : name; // that is software, and Firefox tells no more
    },
    async lacking() {
      if (!isSecureContext) return "This browser offers WebGPU to pages of a secure context only.";
      const { gpu } = /** @type {any} */ (navigator);
      if (!gpu) return "This browser has no WebGPU.";
      return (await gpu.requestAdapter()) ? "" : "This browser's WebGPU has no adapter.";
    },
  },
};

/** @type {(backend: string) => Promise<string>} "unknown" where the browser cannot tell */
export const adapter = async (backend) => (await TECHNOLOGIES[backend]?.adapter()) ?? "unknown";

/** @type {(backend: string) => Promise<string>} what this browser lacks of a backend; "" where it has it, or cannot tell */
export const lacking = async (backend) => (await TECHNOLOGIES[backend]?.lacking()) ?? "";

function context() {
  const canvas = document.createElement("canvas");
  return canvas.getContext("webgl2") ?? canvas.getContext("webgl");
}

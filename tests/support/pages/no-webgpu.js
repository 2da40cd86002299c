/** A browser that knows WebGPU and has no adapter for it. */

GPU.prototype.requestAdapter = async () => null;

export const after = () => null;

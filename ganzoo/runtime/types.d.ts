/** The types that the runtime's modules name in JSDoc: those of public.d.ts, which a bundle ships, and its own. */

import type { Entry, Manifest } from "./public.js";

export type * from "./public.js";

/** One sample and what the original network makes of it. */
export interface Golden {
  inputs: Float32Array[];
  outputs: Float32Array[];
}

/** What a backend's module exports. */
export interface BackendModule {
  create(request: {
    manifest: Manifest;
    entry: Entry;
    weights: Promise<Float32Array>;
    file: (name: string) => Promise<ArrayBuffer>;
    options: { worker?: boolean };
  }): Promise<Device>;
}

export interface Device {
  run(inputs: Float32Array[], n: number): Float32Array[] | Promise<Float32Array[]>;
  /** false: the canvas gives it no context */
  draw?(canvas: HTMLCanvasElement | OffscreenCanvas, inputs: Float32Array[], n: number): Promise<boolean | void>;
  info: string;
  /** the relative error that its storage adds */
  rounding?: number;
  lost: Promise<unknown>;
  destroy(): void;
}

/** All that making a device needs. */
export interface Bundle {
  manifest: Manifest;
  golden: Promise<Golden>;
  files: import("./fetching.js").Files;
  weights: Promise<Float32Array>;
  options: { worker?: boolean };
}

export type Model = Awaited<ReturnType<typeof import("./ganzoo.js").load>>;

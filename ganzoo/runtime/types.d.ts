/** The types that the runtime's modules name in JSDoc. Not shipped; docs/bundle.md describes the manifest. */

export type Meaning = "latent" | "onehot" | "image" | "logits" | "probabilities";

export interface Part {
  name: string;
  size: number;
  meaning: Meaning;
  /** what latent values are drawn from; "normal" where it is not told */
  distribution?: "normal" | "uniform";
}

/** An input or output: `shape` without the batch, `range` the interval of valid values. */
export interface Spec {
  name: string;
  shape: number[];
  meaning: Meaning;
  range: [number, number] | null;
  parts: Part[];
  distribution?: "normal" | "uniform";
}

export interface WeightTensor {
  name: string;
  shape: number[];
  offset: number;
  values: number;
  bytes: number;
  at: number;
  encoding: "f32" | "f16" | "int8";
}

export interface Weights {
  values: number;
  encoding: string;
  shards: string[];
  tensors: WeightTensor[];
}

export interface Entry {
  module: string;
  prefetch: string[];
  /** what visitors read; without it, the backend's key */
  title?: string;
  [more: string]: unknown;
}

export interface Manifest {
  format: number;
  name: string;
  inputs: Spec[];
  outputs: Spec[];
  weights: Weights;
  files: Record<string, { bytes: number; sha256: string }>;
  backends: Record<string, Entry>;
  golden: { file: string; tolerance: Record<string, number> };
  /** a stranger's: the runtime does not use it, and leaves its checks to the page that does */
  directions?: { file: string; name: string; count: number };
  [more: string]: unknown;
}

/** One sample and what Chainer makes of it. */
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

/** One try of a backend: what stopped it, or that it works, and how fast where several were timed. */
export interface Row {
  backend: string;
  ok: boolean;
  /** why it was passed over or given up */
  reason?: string;
  /** milliseconds a run of one sample takes */
  ms?: number;
  /** the adapter */
  info?: string;
}

export interface Options {
  /**
   * "auto" (the default) takes the fastest; a name only that; a list the first that works, in its order, where "*"
   * stands for all of the bundle in theirs
   */
  backend?: string | string[];
  /** bytes of weights and programs; `total` is known before the first call */
  onProgress?: (progress: { loaded: number; total: number }) => void;
  signal?: AbortSignal;
  /** compute off the main thread, where the backend knows how */
  worker?: boolean;
}

/** All that making a device needs. */
export interface Bundle {
  manifest: Manifest;
  golden: Promise<Golden>;
  files: import("./fetching.js").Files;
  weights: Promise<Float32Array>;
  options: { worker?: boolean };
}

/** A number is a class, for each sample the same; else a list of classes, or values, samples one after another. */
export type Value = number | ArrayLike<number>;

export type Model = Awaited<ReturnType<typeof import("./ganzoo.js").load>>;

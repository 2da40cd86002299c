/** The types of `ganzoo.js`: docs/runtime.md says what each does. A bundle has this file as `ganzoo.d.ts`. */

export type Meaning = "latent" | "onehot" | "image" | "logits" | "probabilities";

export interface Part {
  name: string;
  size: number;
  meaning: Meaning;
  /** what latent values are drawn from; "normal" where it is not told */
  distribution?: "normal" | "uniform";
}

/** How any picture becomes an image input; docs/bundle.md describes it. */
export interface Preprocess {
  resize: "crop" | "fit" | "stretch";
  /** in the order of the channels; none: 0 */
  mean: number[];
  /** likewise; none: 1 */
  std: number[];
  order: "rgb" | "bgr";
}

/** An input or output: `shape` without the batch, `range` the interval of valid values. */
export interface Spec {
  name: string;
  shape: number[];
  meaning: Meaning;
  range: [number, number] | null;
  parts: Part[];
  distribution?: "normal" | "uniform";
  /** a stranger's: the runtime does not use it, and leaves its checks to the page that does */
  preprocess?: Preprocess;
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

/** docs/bundle.md describes it. */
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

/** A number is a class, for each sample the same; else a list of classes, or values, samples one after another. */
export type Value = number | ArrayLike<number>;

/** A network that is ready to run. */
export interface Model {
  manifest: Manifest;
  inputs: Spec[];
  outputs: Spec[];
  /** the last tries of backends, in order */
  report: Row[];
  /** the one in use */
  backend: string;
  /** One sample or a batch, by the names of inputs or of their parts; outputs by name, samples one after another. */
  run(values: Record<string, Value>): Promise<Record<string, Float32Array>>;
  /** Paint the first output, pictures one below the other, on a canvas that takes their size. */
  draw(canvas: HTMLCanvasElement | OffscreenCanvas, values: Record<string, Value>): Promise<void>;
  /** Noise for the inputs that are noise, by name, the same for a seed everywhere. `seed` is from 0 to 2 ** 32 - 1. */
  noise(seed: number, count?: number): Record<string, Float32Array>;
  /** Give the memory back; no run after it. */
  destroy(): void;
}

/** `url` is the bundle's folder or its manifest. */
export function load(url: string | URL, options?: Options): Promise<Model>;

/** All that goes wrong. */
export class GanzooError extends Error {
  /** "input", "fetch", "corrupt", "manifest", "version", "backend", "aborted" or "destroyed" */
  code: string;
  file: string | undefined;
  field: string | undefined;
  /** of HTTP */
  status: number | undefined;
  report: Row[] | undefined;
  constructor(code: string, what: string, more?: object);
}

/** The types that the pages name in JSDoc. Not shipped. */

/** Its name. */
export type Backend = string;

/** An input or output; `shape` is that of one picture. */
export interface Spec {
  name: string;
  shape: number[];
}

export interface Specs {
  inputs: Spec[];
  outputs: Spec[];
}

/**
 * `n` samples, one after another in one array per input; an array per output likewise, on the CPU and good until the
 * next call.
 */
export type Run = (values: Float32Array[], n: number) => Promise<Float32Array[]>;

/**
 * What a `runner.js` exports, each for one library. It imports nothing of the page, beside which it is served from a
 * folder of its own. A `folder` holds a network's files.
 */
export interface Runner {
  /** Fetch and run the library's own code, which is in `lib/`; `classic` loads a script that is no module. */
  script(backend: Backend, folder: string, classic: (url: string) => Promise<void>): Promise<void>;
  load(folder: string, backend: Backend, specs: Specs): Promise<Run>;
  /** The adapter of the network loaded last, where the library knows more than the browser. */
  renderer?(backend: Backend): string | undefined;
}

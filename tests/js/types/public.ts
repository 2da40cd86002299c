/** What public.d.ts tells of the runtime is what the runtime has: `tsc` fails here where the two part. */

import type * as told from "../../../ganzoo/runtime/public.js";

import * as runtime from "../../../ganzoo/runtime/ganzoo.js";

type Nothing<T extends never> = T;
type Same<A, B extends A> = A extends B ? true : "they differ";
type Own = Awaited<ReturnType<typeof runtime.load>>;

// nothing is told that is not there
export const load: typeof told.load = runtime.load;
export const Failure: typeof told.GanzooError = runtime.GanzooError;

// and nothing is there that is not told
export type Names = Nothing<Exclude<keyof typeof runtime, keyof typeof told>>;
export type Members = Nothing<Exclude<keyof Own, keyof told.Model>>;
export type Fields = Nothing<Exclude<keyof runtime.GanzooError, keyof told.GanzooError>>;

type Calls = "run" | "draw" | "noise" | "destroy";
export const same: { [Name in Calls]: Same<Parameters<told.Model[Name]>, Parameters<Own[Name]>> } = {
  run: true,
  draw: true,
  noise: true,
  destroy: true,
};

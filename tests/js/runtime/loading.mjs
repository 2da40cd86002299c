/** What the tests of the runtime share: a clean world before each, a loaded model, and what is right or wrong with it. */

import assert from "node:assert/strict";
import { beforeEach } from "node:test";

import { bundle, GOLDEN, serve } from "./bundle.mjs";

export const { load, GanzooError } = await import(process.env.RUNTIME ?? "../../../ganzoo/runtime/ganzoo.js");

export const { x, image } = GOLDEN;
globalThis.navigator ??= { userAgent: "node" }; // node 20 has none
export const store = new Map();

beforeEach(() => {
  globalThis.faults = {};
  globalThis.devices = [];
  store.clear();
  globalThis.localStorage = {
    getItem: (key) => store.get(key) ?? null,
    setItem: (key, value) => void store.set(key, value),
  };
});

/** Rejects with a GanzooError of these properties. */
export const fails = (promise, properties) =>
  assert.rejects(promise, (error) => {
    assert(error instanceof GanzooError, `${error.stack}`);
    for (const [key, value] of Object.entries(properties)) {
      if (value instanceof RegExp) assert.match(error[key], value);
      else assert.equal(error[key], value, error.message);
    }
    return true;
  });

export const close = (actual, wanted) => {
  assert.equal(actual.length, wanted.length);
  actual.forEach((value, i) => assert(Math.abs(value - wanted[i]) < 1e-5, `${actual} is not ${wanted}`));
};

export const loaded = (options, how) => load(serve(bundle(how)).url, { backend: "alpha", ...options });

/** The report as lines: a backend that worked, or one that did not and why. */
export const rows = (model) => model.report.map(({ backend, ok, reason }) => (ok ? backend : `${backend}: ${reason}`));

/** Its runs never end from now on; resolves when one has begun. */
export const forever = (fault) =>
  new Promise((resolve) => {
    fault.run = () => {
      resolve();
      return new Promise(() => {});
    };
  });

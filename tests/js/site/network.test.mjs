/** A network in a page, on backends that the page has never heard of. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Network } from "../../../ganzoo/site/web/network.js";
import { bundle, serve } from "../runtime/bundle.mjs";
import "../runtime/loading.mjs";

/** A network whose manifest has these titles, by the names of its backends. */
async function started(titles) {
  const made = bundle({ backends: Object.keys(titles) });
  for (const [name, title] of Object.entries(titles)) Object.assign(made.manifest.backends[name], { title });
  const network = new Network(serve(made).url);
  await network.start(undefined, new AbortController().signal);
  return network;
}

test("backends are tried and listed in the manifest's order", async () => {
  const network = await started({ gamma: "G", alpha: "A", beta: "B" });
  assert.equal(network.backend, "gamma");
  assert.deepEqual(network.standings.map(({ name }) => name), ["gamma", "alpha", "beta"]);

  faults.gamma = { create: () => Promise.reject(new Error("none here")) };
  const other = await started({ gamma: "G", alpha: "A", beta: "B" });
  assert.equal(other.backend, "alpha");
  assert.equal(other.standings[0].reason, "none here");
});

test("a backend is called by its title, and by its name without one", async () => {
  const network = await started({ alpha: "Quantum Dots", beta: undefined });
  assert.deepEqual(["alpha", "beta"].map((name) => network.titleOf(name)), ["Quantum Dots", "beta"]);
});

test("the backend that was the best here before comes first", async () => {
  const network = await started({ alpha: "A", beta: "B", gamma: "G" });
  await network.use("gamma");
  const again = new Network(network.src);
  await again.start(undefined, new AbortController().signal);
  assert.equal(again.backend, "gamma");
});

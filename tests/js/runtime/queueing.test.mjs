import assert from "node:assert/strict";
import { test } from "node:test";

import { bundle, serve } from "./bundle.mjs";
import { load } from "./loading.mjs";

test("auto makes backends at the same time, and tests one after another", async () => {
  let most = 0;
  let busy = 0;
  let made = 0;
  let makers = 0;
  const slowly = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  for (const name of ["alpha", "beta", "gamma"]) {
    faults[name] = {
      create: async () => {
        makers = Math.max(makers, ++made);
        await slowly(5);
        made--;
      },
      run: async () => {
        most = Math.max(most, ++busy);
        await slowly(5);
        busy--;
      },
    };
  }
  const model = await load(serve(bundle()).url);
  assert.deepEqual([makers, most], [3, 1]);
  assert.equal(model.report.filter(({ ok }) => ok).length, 3);
});

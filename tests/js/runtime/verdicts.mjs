/** For each line of JSON, a text that may be a manifest, a line: the field that the runtime refuses, or null. */

import { createInterface } from "node:readline";

import { parse } from "../../../ganzoo/runtime/manifest.js";

for await (const line of createInterface({ input: process.stdin })) {
  let field = null;
  try {
    parse(JSON.parse(line));
  } catch (error) {
    if (error.code !== "manifest" && error.code !== "version") throw error;
    field = error.field;
  }
  process.stdout.write(`${JSON.stringify(field)}\n`);
}

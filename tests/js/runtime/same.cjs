// Whether two modules have one syntax tree: node --expose-internals same.cjs A B

const { readFileSync } = require("node:fs");
const { parse } = require("internal/deps/acorn/acorn/dist/acorn");

const tree = (path) => {
  const program = parse(readFileSync(path, "utf8"), { ecmaVersion: "latest", sourceType: "module" });
  return JSON.stringify(program, (key, value) => (key === "start" || key === "end" ? undefined : value));
};
const [a, b] = process.argv.slice(2).map(tree);
if (a !== b) throw new Error(`${a.length} characters of JSON, ${b.length}`);

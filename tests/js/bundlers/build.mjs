/** `node build.mjs ENTRY FOLDER`: bundles ENTRY with each bundler to FOLDER/dist/NAME.mjs; the last line printed is their warnings. */

import { join } from "node:path";

import { build as esbuild } from "esbuild";
import webpack from "webpack";

const [entry, root] = process.argv.slice(2);
const folder = join(root, "dist");

/** @type {Record<string, () => Promise<string[]>>} */
const bundlers = {
  async esbuild() {
    const outfile = join(folder, "esbuild.mjs");
    const { warnings } = await esbuild({ entryPoints: [entry], bundle: true, format: "esm", outfile, logLevel: "silent" });
    return warnings.map(({ text }) => text);
  },

  async vite() {
    const { build: vite, createLogger } = await import("vite");
    const warnings = [];
    const warn = (text) => void warnings.push(text);
    const customLogger = { ...createLogger("silent"), warn, warnOnce: warn };
    const lib = { entry, formats: ["es"], fileName: () => "vite.mjs" };
    const build = { lib, outDir: folder, emptyOutDir: false, copyPublicDir: false };
    await vite({ root, configFile: false, publicDir: false, logLevel: "silent", customLogger, build });
    return warnings;
  },

  webpack() {
    const output = { path: folder, filename: "webpack.mjs", library: { type: "module" } };
    const compiler = webpack({ mode: "production", target: ["web", "es2022"], entry, output, experiments: { outputModule: true } });
    return new Promise((resolve, reject) =>
      compiler.run((error, stats) => {
        if (error) return reject(error);
        const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
        resolve([...errors, ...warnings].map(({ message }) => message));
      }),
    );
  },
};

// Vite 8 starts on no older node
if (process.versions.node.localeCompare("20.19", undefined, { numeric: true }) < 0) delete bundlers.vite;

const told = await Promise.all(Object.entries(bundlers).map(async ([name, build]) => [name, await build()]));
console.log(JSON.stringify(Object.fromEntries(told)));

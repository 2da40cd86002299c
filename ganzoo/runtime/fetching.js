/** Files over the network: with progress, no longer than told, and checked. */

import { GanzooError } from "./errors.js";
import { refuse } from "./manifest.js";

/**
 * A file's bytes. Raises "fetch", or "corrupt" where there are more than `most`.
 * @param {URL} url
 * @param {string} file its name in errors
 * @param {number} most
 * @param {RequestInit} request
 * @param {(bytes: number) => void} [onBytes]
 */
export async function fetchBytes(url, file, most, request, onBytes) {
  const chunks = [];
  let size = 0;
  try {
    const { ok, status, body } = await fetch(url, request);
    if (!ok) throw new GanzooError("fetch", `HTTP status ${status}`, { file, status });
    const reader = body?.getReader();
    for (let part; reader && !(part = await reader.read()).done; ) {
      const { length } = part.value;
      size += length;
      if (size > most) {
        reader.cancel().catch(() => {});
        throw new GanzooError("corrupt", `more than ${most} bytes`, { file });
      }
      chunks.push(part.value);
      onBytes?.(length);
    }
  } catch (cause) {
    throw cause instanceof GanzooError ? cause : new GanzooError("fetch", `${cause}`, { file, cause });
  }
  return join(chunks);
}

/** @param {Uint8Array[]} chunks */
export function join(chunks) {
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all.buffer;
}

/** @param {Iterable<number>} bytes */
const base64 = (bytes) => btoa(String.fromCharCode(...bytes));

/** The bundle's files, each fetched once. */
export class Files {
  #told = false; // whether `total` is true and progress is told
  #loaded = 0;
  #total = 0;
  /** @type {Map<string, Promise<ArrayBuffer>>} */
  #asked = new Map();

  /**
   * @param {URL} base
   * @param {import("./types.js").Manifest["files"]} files
   * @param {import("./types.js").Options} options
   */
  constructor(base, files, { signal, onProgress }) {
    this.base = base;
    this.files = files;
    this.signal = signal;
    this.onProgress = onProgress;
  }

  /**
   * The file's bytes. Raises "fetch", "corrupt".
   * @param {string} file
   */
  get(file) {
    const bytes = this.#asked.get(file) ?? this.#fetch(file);
    this.#asked.set(file, bytes);
    return bytes;
  }

  /** All that is known to be needed has been asked for. */
  tell() {
    this.#told = true;
    this.#count(0, 0);
  }

  /**
   * @param {number} loaded
   * @param {number} total
   */
  #count(loaded, total) {
    this.#loaded += loaded;
    this.#total += total;
    if (this.#told) this.onProgress?.({ loaded: this.#loaded, total: this.#total });
  }

  /**
   * The URL tells the content, so that no cache answers with a former export's.
   * @param {string} file
   */
  #locate(file) {
    if (!Object.hasOwn(this.files, file)) refuse("files", `no ${file}`);
    const { bytes, sha256 } = this.files[file];
    const hash = base64((sha256.match(/../g) ?? []).map((hex) => parseInt(hex, 16)));
    return { bytes, hash, integrity: `sha256-${hash}`, url: new URL(`${file}?${sha256.slice(0, 8)}`, this.base) };
  }

  /** @param {string} file */
  async #fetch(file) {
    const { url, bytes, hash, integrity } = this.#locate(file);
    const { subtle } = crypto;
    let loaded = 0;
    this.#count(0, bytes);
    try {
      // outside of secure contexts the browser's own check: all bytes come at its end, and it tells no reason
      const request = subtle ? { signal: this.signal } : { signal: this.signal, integrity };
      const content = await fetchBytes(url, file, bytes, request, (more) => {
        loaded += more;
        this.#count(more, 0);
      });
      const digest = loaded === bytes && subtle && (await subtle.digest("SHA-256", content));
      if (loaded !== bytes || (digest && base64(new Uint8Array(digest)) !== hash)) {
        throw new GanzooError("corrupt", digest ? "wrong SHA-256" : `${loaded} bytes instead of ${bytes}`, { file });
      }
      return content;
    } catch (error) {
      this.#count(-loaded, -bytes);
      throw error;
    }
  }

  /**
   * Import a module; where the browser preloads modules with integrity, only if it is the manifest's.
   * @param {string} file
   * @returns {Promise<import("./types.js").BackendModule>}
   */
  async module(file) {
    const { url, integrity } = this.#locate(file);
    const link = globalThis.document?.createElement("link");
    if (link?.relList.supports("modulepreload")) {
      await new Promise((resolve, reject) => {
        link.onload = resolve;
        link.onerror = () => reject(new GanzooError("corrupt", "missing, or wrong SHA-256", { file }));
        Object.assign(link, { rel: "modulepreload", integrity, href: url });
        document.head.append(link);
      });
    }
    return import(url.href);
  }
}

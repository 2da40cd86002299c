/** Files over the network: with progress, no longer than told, and checked. */

import { GanzooError } from "./errors.js";
import { reject } from "./inputs.js";
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
  const bytes = new Uint8Array(most);
  let size = 0;
  try {
    const { ok, status, body } = await fetch(url, request);
    if (!ok) throw new GanzooError("fetch", `HTTP status ${status}`, { file, status });
    const reader = body?.getReader();
    for (let part; reader && !(part = await reader.read()).done; ) {
      const { length } = part.value;
      if (size + length > most) {
        reader.cancel().catch(() => {});
        throw new GanzooError("corrupt", `more than ${most} bytes`, { file });
      }
      bytes.set(part.value, size);
      size += length;
      onBytes?.(length);
    }
  } catch (cause) {
    throw cause instanceof GanzooError ? cause : new GanzooError("fetch", cause + elsewhere(url), { file, cause });
  }
  return bytes.subarray(0, size);
}

/**
 * What to know of a failure at another origin, which the browser tells nobody's script.
 * @param {URL} url
 */
const elsewhere = ({ origin }) =>
  origin === globalThis.location?.origin ? "" : `; ${origin} must allow this page by CORS`;

/** @param {Iterable<number>} hash */
const integrityOf = (hash) => `sha256-${btoa(String.fromCharCode(...hash))}`;

/** The bundle's files. */
export class Files {
  /** @type {import("./types.js").Options["onProgress"]} */
  #onProgress;
  #loaded = 0;
  #total = 0;
  /** @type {Map<string, Promise<ArrayBuffer>>} */
  #asked = new Map();

  /**
   * @param {URL} base
   * @param {import("./types.js").Manifest["files"]} files
   * @param {AbortSignal} signal
   */
  constructor(base, files, signal) {
    this.base = base;
    this.files = files;
    this.signal = signal;
  }

  /**
   * What `fetch` gives, kept for whoever asks again, unless it failed.
   * @param {string} file
   */
  get(file) {
    const bytes = this.#asked.get(file) ?? this.fetch(file);
    this.#asked.set(file, bytes);
    bytes.catch(() => this.#asked.delete(file));
    return bytes;
  }

  /**
   * From now on, when all that is known to be needed has been asked for.
   * @param {import("./types.js").Options["onProgress"]} [onProgress] throws nothing
   */
  tell(onProgress) {
    this.#onProgress = onProgress;
    this.#count(0, 0);
  }

  /**
   * @param {number} loaded
   * @param {number} total
   */
  #count(loaded, total) {
    this.#loaded += loaded;
    this.#total += total;
    this.#onProgress?.({ loaded: this.#loaded, total: this.#total });
  }

  /**
   * The URL tells the content, so that no cache answers with a former export's.
   * @param {string} file
   */
  #locate(file) {
    if (!Object.hasOwn(this.files, file)) refuse("files", `no ${file}`);
    const { bytes, sha256 } = this.files[file];
    const integrity = integrityOf(/** @type {string[]} */ (sha256.match(/../g)).map((hex) => parseInt(hex, 16)));
    return { bytes, integrity, url: new URL(`${file}?${sha256.slice(0, 8)}`, this.base) };
  }

  /**
   * The file's bytes. Raises "fetch", "corrupt".
   * @param {string} file
   */
  async fetch(file) {
    const { url, bytes, integrity } = this.#locate(file);
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
      if (loaded < bytes) throw new GanzooError("corrupt", `${loaded} bytes, not ${bytes}`, { file });
      if (subtle && integrityOf(new Uint8Array(await subtle.digest("SHA-256", content))) !== integrity) {
        throw new GanzooError("corrupt", "wrong SHA-256", { file });
      }
      return content.buffer;
    } catch (error) {
      this.#count(-loaded, -bytes);
      throw error;
    }
  }

  /**
   * Import a module; where the browser preloads modules with integrity, only if it is the manifest's.
   * @param {string} file
   * @returns {Promise<any>}
   */
  async module(file) {
    const { url, integrity } = this.#locate(file);
    const link = globalThis.document?.createElement("link");
    if (link?.relList.supports("modulepreload")) {
      await new Promise((resolve, reject) => {
        const onerror = () => reject(new GanzooError("corrupt", "missing, or wrong SHA-256" + elsewhere(url), { file }));
        const how = { onload: resolve, onerror, rel: "modulepreload", integrity, href: url };
        document.head.append(Object.assign(link, how));
      }).finally(() => link.remove());
    }
    // a bundler has none of a bundle's files
    const module = await import(/* webpackIgnore: true */ /* @vite-ignore */ url.href);
    if (this.signal.aborted) throw this.signal.reason; // nobody waits for a device
    return module;
  }
}

/**
 * The manifest's own URL. Raises "input".
 * @param {string | URL} url of it, or of the bundle's folder
 */
export function locate(url) {
  try {
    const place = new URL(url, globalThis.document?.baseURI ?? globalThis.location?.href);
    if (!place.pathname.endsWith(".json")) place.pathname = place.pathname.replace(/\/?$/, "/manifest.json");
    return place;
  } catch {
    reject("url", "not a URL");
  }
}

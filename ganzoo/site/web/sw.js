/**
 * The copy of a site that works offline.
 *
 * What is kept is named by its content: `file?` and the first 8 digits of its SHA-256. So an open page, whatever its
 * version, is answered with its own files for as long as they are kept, and what is not what its name says never is.
 * A page's code and its own network are kept on the first visit, what a visitor asks for besides when it is used.
 *
 * @typedef {Event & { waitUntil: (work: Promise<unknown>) => void }} Extendable
 * @typedef {Extendable & { request: Request, respondWith: (answer: Promise<Response>) => void }} Fetch
 * @typedef {Extendable & MessageEvent} Message
 * @typedef {object} Scope what TypeScript's types of a page lack
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 * @property {{ scope: string }} registration
 * @property {{ claim: () => Promise<void>, matchAll: (how: object) => Promise<unknown[]> }} clients
 * @property {() => Promise<void>} skipWaiting
 */

/**
 * Filled in by build.py: `files` are the pages and their code with their digits, `models` what else a page asks for.
 * @type {{ version: string, files: Record<string, string>, models: Record<string, string[]> }}
 */
const SITE = JSON.parse("{}");
const HASHED = /\?[0-9a-f]{8}$/;
const PATIENCE = 3000; // ms for a page from the network

const worker = /** @type {Scope} */ (/** @type {unknown} */ (self));
const { scope } = worker.registration;
const OURS = `ganzoo ${new URL(scope).pathname} `;
const CACHE = OURS + SITE.version;

/** @param {string} url */
const pathOf = (url) => new URL(url).pathname.slice(new URL(scope).pathname.length);
/** @param {string} file */
const locate = (file) => new URL(file, scope).href;
/** @param {string} file @returns {string | undefined} the URL it is kept by */
const known = (file) => (Object.hasOwn(SITE.files, file) ? locate(`${file}?${SITE.files[file]}`) : undefined);

/**
 * The response once more if it is what `url` says: free of redirections, which a page's answer must not have.
 * @param {string} url
 * @param {Response | undefined} response
 */
async function checked(url, response) {
  if (!response) return;
  const bytes = await response.arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const digits = [...hash.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (url.endsWith(`?${digits}`)) return new Response(bytes, { headers: response.headers });
}

/**
 * From any version's cache: the name tells the content. What is damaged, or where the storage fails, is not there.
 * @param {string | undefined} url
 */
async function kept(url) {
  if (!url) return;
  try {
    for (const name of await caches.keys()) {
      const copy = await checked(url, await caches.match(url, { ignoreVary: true, cacheName: name }));
      if (copy) return copy;
    }
  } catch {}
}

/**
 * Whether the response was what `url` says, and is in the cache now.
 * @param {Cache} cache
 * @param {string} url
 * @param {Response} response
 */
async function put(cache, url, response) {
  const copy = await checked(url, response);
  if (copy) await cache.put(url, copy);
  return !!copy;
}

/**
 * Keep what `url` names: as a former version did, else from the network. Raises where it cannot be had or kept.
 * @param {Cache} cache
 * @param {string} url
 */
async function keep(cache, url) {
  if (await checked(url, await cache.match(url))) return;
  const sources = [() => kept(url), () => fetch(url), () => fetch(url, { cache: "reload" })];
  for (const source of sources) {
    const response = await source();
    if (response && (await put(cache, url, response))) return;
  }
  throw new Error(`${url} does not match its hash`);
}

/** All pages with their code, or nothing; then what former versions kept of the models, as far as it fits. */
async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.keys(SITE.files).map((file) => keep(cache, /** @type {string} */ (known(file)))));
  for (const url of Object.values(SITE.models).flat().map(locate)) {
    if (await kept(url)) await keep(cache, url).catch(() => {});
  }
}

async function activate() {
  const former = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(former.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/**
 * A page asks that its model be kept, and learns which version this is. What has come to be damaged is mended.
 * @param {Message} message
 */
async function answer({ data, ports: [port] }) {
  const { version } = SITE;
  let isKept = false;
  if (data?.version === version && Object.hasOwn(SITE.models, data.page)) {
    try {
      const cache = await caches.open(CACHE);
      const code = Object.entries(SITE.files).map(([file, digits]) => `${file}?${digits}`);
      // one after another: pages go first
      for (const file of [...code, ...SITE.models[data.page]]) await keep(cache, locate(file));
      isKept = true;
    } catch {} // no network, or no room
  }
  port?.postMessage({ version, kept: isKept });
  // nobody needs the former version's files any more
  const open = await worker.clients.matchAll({ includeUncontrolled: true });
  if (data?.version === version && open.length === 1) await worker.skipWaiting();
}

/**
 * A page: from the network, so that a new deployment is seen; from here where that is down or takes too long.
 * @param {Request} request
 */
async function navigate(request) {
  const path = pathOf(request.url) || "index.html";
  const file = [path, `${path}.html`].find((each) => each.endsWith(".html") && known(each)); // some hosts drop .html
  const fetched = fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const response = /** @type {Response | undefined} */ (await Promise.race([fetched, late]).catch(() => {}));
  if (response && response.status < 500) return response;
  const copy = file && (await kept(known(file)));
  if (copy) return copy;
  try {
    return await fetched;
  } catch {
    const none = await kept(known("404.html"));
    return none ? new Response(none.body, { status: 404, headers: none.headers }) : Response.error();
  }
}

/**
 * Anything else: what is named by its content from here, unless the page asks for it anew because it was damaged.
 * @param {Fetch} event
 */
async function serve(event) {
  const { request } = event;
  const { url } = request;
  const copy = HASHED.test(url) ? await kept(url) : undefined;
  if (copy && request.cache !== "reload") return copy;
  try {
    const response = await fetch(request);
    if (response.ok && HASHED.test(url)) event.waitUntil(replace(url, response.clone()).catch(() => {}));
    return response;
  } catch (error) {
    const file = await kept(known(pathOf(url)));
    if (file) return file;
    throw error;
  }
}

/**
 * In the place of a damaged copy, if there is one, in whichever cache it is.
 * @param {string} url
 * @param {Response} response
 */
async function replace(url, response) {
  if (!(await put(await caches.open(CACHE), url, response))) return;
  const others = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  for (const name of others) await (await caches.open(name)).delete(url);
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("message", (event) => event.waitUntil(answer(event)));
worker.addEventListener("fetch", (/** @type {Fetch} */ event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope) || request.headers.has("range")) return;
  event.respondWith(request.mode === "navigate" ? navigate(request) : serve(event));
});

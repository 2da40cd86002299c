/** What our own pages have around a network: the visitor's language and colours, and the copy that works offline. */

/** @type {Record<string, string>} by the English, as page.html has it; a title brings its own */
const JAPANESE = {
  "Choose a network": "ネットワークを選ぶ",
  "Not found": "ページが見つかりません",
  "There is no such page. Choose one above.": "お探しのページはありません。上のリンクからお選びください。",
  Language: "言語",
  Colours: "配色",
  Auto: "自動",
  Light: "ライト",
  Dark: "ダーク",
  "A new version is here.": "新しいバージョンがあります。",
  Reload: "再読み込み",
  "Made with ganzoo. Everything is computed in your browser.": "ganzooで作られています。計算はすべてブラウザーの中で行われます。",
  "Works offline now.": "オフラインでも使えます。",
};
const PATIENCE = 1000; // ms
const root = document.documentElement;
const { version, page, app = "", icon = "" } = root.dataset;
/** @type {(id: string) => any} */
const byId = (id) => document.getElementById(id);
/** @type {(selector: string) => HTMLElement[]} */
const all = (selector) => [...document.querySelectorAll(selector)].map((node) => /** @type {HTMLElement} */ (node));
const english = new Map(all("[data-t]").map((node) => [node, node.textContent ?? ""]));

/**
 * A choice that outlasts the visit, where the browser allows that.
 * @param {string} id of its menu
 * @param {string} value at first
 * @param {(value: string) => void} apply
 */
function choice(id, value, apply) {
  const menu = byId(id);
  menu.value = value;
  try {
    const stored = [...menu.options].find((option) => option.value === localStorage.getItem(`ganzoo ${id}`));
    if (stored) stored.selected = true;
  } catch {}
  menu.onchange = () => {
    apply(menu.value);
    try {
      localStorage.setItem(`ganzoo ${id}`, menu.value);
    } catch {}
  };
  apply(menu.value);
}

choice("language", navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => /en|ja/.test(tag)) ?? "en", (language) => {
  root.lang = language;
  for (const [node, text] of english) node.textContent = language === "ja" ? (node.dataset.ja ?? JAPANESE[text]) : text;
  document.title = `${document.querySelector("h1")?.textContent} · ${byId("home").textContent}`;
  for (const element of all("main [src]")) element.lang = language;
});

choice("theme", "", (theme) => {
  root.dataset.theme = theme;
});

byId("newer").onclick = (/** @type {Event} */ { target }) => target instanceof HTMLButtonElement && location.reload();

/** Have the pages, and what this one runs, kept for when there is no network: sw.js. */
async function keep() {
  const worker = new URL("sw.js", import.meta.url);
  const registration = await navigator.serviceWorker.register(worker, { updateViaCache: "none" });
  /** @type {ServiceWorker | null} */
  let asked = null;
  /** @param {ServiceWorker | null} worker */
  const learn = (worker) => {
    if (worker !== asked) ask((asked = worker));
  };
  /** @param {ServiceWorker | null} worker */
  const ask = (worker) => {
    if (worker?.state === "installing") worker.addEventListener("statechange", () => ask(worker), { once: true });
    else if (worker) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => {
        if (data.version === version) byId("offline").hidden = !data.kept;
        else if (worker === registration.waiting) byId("newer").hidden = false;
      };
      worker.postMessage({ page, version }, [port2]);
    }
  };
  registration.addEventListener("updatefound", () => learn(registration.installing));
  learn(registration.installing ?? registration.waiting ?? registration.active);
}

/** What can wait for the first picture. To find a font for the menus' Japanese takes as long as the network. */
function showRest() {
  if (!byId("menus").hidden) return;
  byId("menus").hidden = false;
  byId("icon").href = icon;
  byId("app").href = app;
}
setTimeout(showRest, PATIENCE);

// when the first picture stands and nothing else is to be done; where there are no workers, nothing is lost
const seen = new PerformanceObserver((list) => {
  if (!list.getEntriesByName("ganzoo:first").length) return;
  seen.disconnect();
  showRest();
  const { saveData } = /** @type {any} */ (navigator).connection ?? {};
  if (!saveData) (globalThis.requestIdleCallback ?? setTimeout)(() => keep().catch(() => {}));
});
seen.observe({ type: "mark", buffered: true });
if (byId("gallery")) performance.mark("ganzoo:first"); // its pictures come with it

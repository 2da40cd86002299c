/** Words in the visitor's language, and numbers as it writes them. */

/**
 * @typedef {Record<string, string>} Dictionary
 * @typedef {{ en: Dictionary, ja: Dictionary }} Words
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Translate
 */

/**
 * The language of what surrounds `element`, or the visitor's first that is known here.
 * @param {Element} element
 * @returns {"en" | "ja"}
 */
export function languageOf(element) {
  const told = /** @type {HTMLElement | null} */ (element.closest("[lang]"))?.lang || navigator.language;
  return /^ja\b/i.test(told) ? "ja" : "en";
}

/**
 * `{name}` in a text stands for a value.
 * @param {"en" | "ja"} language
 * @param {...Words} words
 * @returns {Translate}
 */
export function translator(language, ...words) {
  const known = Object.assign({}, ...words.map((each) => each[language]));
  return (key, values = {}) => known[key].replace(/{(\w+)}/g, (/** @type {string} */ _, /** @type {string} */ name) => `${values[name]}`);
}

/** @param {number} bytes */
export function inBytes(bytes) {
  if (!(bytes >= 0)) return "?"; // what tells it did not arrive
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toPrecision(3)} MB`;
}

/** @param {number} ms */
export function inTimeUnits(ms) {
  return ms < 0.995 ? `${ms.toPrecision(2)} ms` : `${Math.round(ms)} ms`;
}

const CODES = ["fetch", "corrupt", "backend"];

/**
 * What went wrong, in words for everybody.
 * @param {Translate} t
 * @param {any} error
 */
export function plainly(t, error) {
  return t(CODES.includes(error?.code) ? error.code : "other", { file: error?.file ?? "" });
}

/** What all elements say. */
export const COMMON = {
  en: {
    load: "Load the model ({size})",
    loading: "Loading the model: {loaded} of {total}",
    ready: "Ready on {backend}.",
    again: "Try again",
    reasons: "Details",
    fetch: "{file} could not be loaded. Check your connection, then try again.",
    corrupt: "{file} is not as it was published. Try again, or reload the page. If neither helps, whoever runs this site must upload its files again, unaltered (git may rewrite line ends).",
    backend: "This browser cannot run the model. A current Chrome, Edge, Firefox or Safari can.",
    other: "Something is wrong with this page. Reload it; if that does not help, tell its author.",
    how: "How it runs",
    runs: "Running on {backend}",
    untried: "not tried yet",
    failed: "cannot run here: {reason}",
    times: "loaded in {load}, first run {first}, then {steady} each",
    measure: "Measure all",
    measuring: "Measuring {backend} …",
    moved: "{backend} failed. Now running on {other}.",
  },
  ja: {
    load: "モデルを読み込む（{size}）",
    loading: "モデルを読み込んでいます：{loaded} / {total}",
    ready: "準備ができました（{backend}）。",
    again: "もう一度試す",
    reasons: "詳細",
    fetch: "{file}を取得できませんでした。接続を確認して、もう一度お試しください。",
    corrupt: "{file}が公開時の内容と異なります。もう一度試すか、ページを再読み込みしてください。それでも直らない場合は、サイトの管理者がファイルを変更せずにアップロードし直す必要があります（gitは改行を書き換えることがあります）。",
    backend: "このブラウザーではモデルを実行できません。最新のChrome、Edge、Firefox、Safariでお試しください。",
    other: "問題が起きました。再読み込みしても直らない場合は、ページの作成者にお知らせください。",
    how: "実行環境",
    runs: "{backend}で実行中",
    untried: "未計測",
    failed: "ここでは実行できません：{reason}",
    times: "読み込み {load}、初回 {first}、以降 1回 {steady}",
    measure: "すべて計測",
    measuring: "{backend}を計測しています…",
    moved: "{backend}が停止したため、{other}に切り替えました。",
  },
};

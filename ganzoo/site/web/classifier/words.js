/** What the classifier says. */

export const CLASSIFIER_WORDS = {
  en: {
    pad: "Drawing pad",
    undo: "Undo",
    clear: "Clear",
    draw: "Draw one of {names} here, with a mouse, a pen or a finger.",
    keys: "With a keyboard: the arrows, Home, End, Page Up and Page Down move the pen; Space puts it down or lifts it; Ctrl+Z removes the last line; Delete clears all.",
    down: "Pen down",
    up: "Pen up",
    empty: "Nothing drawn",
    reading: "{label}, {percent}",
    seen: "What the model sees: {width} × {height} pixels",
    chances: "Probability of each class",
  },
  ja: {
    pad: "手書きパッド",
    undo: "元に戻す",
    clear: "消去",
    draw: "マウス、ペン、または指で、{names} のどれかをここに書いてください。",
    keys: "キーボードでは、矢印、Home、End、Page Up、Page Downでペンを動かし、スペースで下ろしたり上げたりします。Ctrl+Zで元に戻し、Deleteで消去します。",
    down: "ペンを下ろしました",
    up: "ペンを上げました",
    empty: "何も書かれていません",
    reading: "{label}、{percent}",
    seen: "モデルが見ている画像：{width} × {height} ピクセル",
    chances: "それぞれの確率",
  },
};

/** What the converter says. */

import { PICTURE_WORDS } from "../pictures/words.js";

export const CONVERTER_WORDS = {
  en: {
    ...PICTURE_WORDS.en,
    before: "Before",
    after: "After",
    both: "Left of the divider the picture as it was, right of it what the model made of it",
    divider: "Divider between before and after",
    shown: "{percent} before",
    example: "This is an example. Try a picture of your own.",
    size: "Size",
    own: "The model's own: {from} → {to}",
    tiled: "The whole picture, piece by piece: {from} → {to}",
    shrunk: "It is made smaller first.",
    converting: "Working on the picture",
    done: "Done: {width} × {height} pixels.",
    save: "Save as PNG ({width} × {height})",
  },
  ja: {
    ...PICTURE_WORDS.ja,
    before: "前",
    after: "後",
    both: "仕切りの左がもとの画像、右がモデルの作った画像",
    divider: "前と後の仕切り",
    shown: "前 {percent}",
    example: "これは見本です。お手持ちの画像でお試しください。",
    size: "大きさ",
    own: "モデルの大きさ：{from} → {to}",
    tiled: "画像全体を分割して処理：{from} → {to}",
    shrunk: "先に縮小します。",
    converting: "画像を処理しています",
    done: "できました：{width} × {height} ピクセル。",
    save: "PNGで保存（{width} × {height}）",
  },
};

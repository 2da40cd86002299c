/** What stands where pictures come in. */

import { CLASSIFIER_WORDS } from "../classifier/words.js";

export const PICTURE_WORDS = {
  en: {
    ...CLASSIFIER_WORDS.en,
    bring: "Drop a picture here, or paste one.",
    choose: "Choose a picture",
    camera: "Use the camera",
    frames: "What the camera sees",
    shoot: "Take the picture",
    close: "Close the camera",
    noCamera: "The camera cannot be used: either it was not allowed, or there is none.",
    private: "Your pictures stay in this browser. The camera starts only when you press its button, and its frames never leave this page.",
    unreadable: "That is not a picture that this browser can read.",
    falsified: "This browser does not let pages read pictures, as a guard against tracking. Allow this page to read the canvas, or use another window.",
    sketch: "Draw a picture",
    draw: "Draw here, with a mouse, a pen or a finger.",
    light: "Light lines on a dark ground",
  },
  ja: {
    ...CLASSIFIER_WORDS.ja,
    bring: "画像をここにドロップするか、貼り付けてください。",
    choose: "画像を選ぶ",
    camera: "カメラを使う",
    frames: "カメラの映像",
    shoot: "撮影する",
    close: "カメラを閉じる",
    noCamera: "カメラを使えません。許可されていないか、カメラがありません。",
    private: "画像はこのブラウザーの外に出ません。カメラはボタンを押したときだけ動き、映像がこのページの外に送られることはありません。",
    unreadable: "このブラウザーで読み取れる画像ではありません。",
    falsified: "このブラウザーは追跡防止のため、ページに画像の読み取りを許していません。このページにキャンバスの読み取りを許可するか、別のウィンドウでお試しください。",
    sketch: "絵をかく",
    draw: "マウス、ペン、または指で、ここにかいてください。",
    light: "暗い背景に明るい線",
  },
};

/** What the recognizer says. */

import { PICTURE_WORDS } from "../pictures/words.js";

export const RECOGNIZER_WORDS = {
  en: { ...PICTURE_WORDS.en, chances: "The likeliest classes", empty: "No picture yet", shown: "Your picture", reading: "{label}, {percent}" },
  ja: { ...PICTURE_WORDS.ja, chances: "可能性の高い順", empty: "画像はまだありません", shown: "選んだ画像", reading: "{label}、{percent}" },
};

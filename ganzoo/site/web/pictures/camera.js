/** A camera, which a button alone starts. Nothing keeps what it shows but the picture that is taken. */

import { h } from "../dom.js";
import { pixelsOf } from "./bitmap.js";

export class Camera {
  node = h("div", { className: "camera" });
  /** @type {MediaStream | undefined} */
  #stream;
  #visits = 0; // how often it was opened or closed: what is late is told by that

  /**
   * @param {import("../words.js").Translate} t
   * @param {(picture: Promise<import("./resize.js").Picture>) => Promise<void>} take
   * @param {() => void} refuse
   */
  async open(t, take, refuse) {
    this.close();
    const visit = this.#visits;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (visit !== this.#visits) return stop(stream);
      this.#stream = stream;
      const video = h("video", { srcObject: stream, muted: true, playsInline: true, ariaLabel: t("frames") });
      const shoot = h("button", { type: "button", id: "shoot" }, t("shoot"));
      shoot.onclick = () => take(pixelsOf(video)).finally(() => this.close());
      const close = h("button", { type: "button", onclick: () => this.close() }, t("close"));
      this.node.replaceChildren(video, h("div", { className: "row" }, shoot, close));
      await video.play();
      shoot.focus();
    } catch {
      if (visit === this.#visits) {
        this.close();
        refuse();
      }
    }
  }

  close() {
    this.#visits++;
    if (this.#stream) stop(this.#stream);
    this.#stream = undefined;
    this.node.replaceChildren();
  }
}

/** @param {MediaStream} stream */
function stop(stream) {
  for (const track of stream.getTracks()) track.stop();
}

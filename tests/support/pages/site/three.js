/**
 * A visitor of a generator, a classifier and a converter of pictures, one after another: clicks, drops, chooses, saves.
 *
 * Its job: `urls` of the three pages, and `picture`, a PNG in base64. For each page it posts what was shown, and what
 * the network was given and made of it.
 */

import { answer, encode, progress } from "./ganzoo/page.js";
import { errors, frame, inside, named, open, pixels, type, until } from "./visitor.js";

const texts = (arrays) => Object.fromEntries(Object.entries(arrays).map(([name, values]) => [name, encode(values)]));

/** What a canvas shows, in base64: rows of red, green, blue and opacity in [0, 1]. */
const shown = (canvas) => encode(Float32Array.from(pixels(canvas), (value) => value / 255));

/** From now on, the runs of the network of `element`. */
function record(element) {
  const runs = [];
  const { network } = element;
  const { run } = network;
  network.run = async (given) => {
    const made = await run.call(network, given);
    runs.push({ backend: network.backend, inputs: texts(given), outputs: texts(made) });
    return made;
  };
  return runs;
}

/** Act, and wait for what the element tells when it is done. */
function told(element, event, act) {
  const telling = new Promise((resolve) => element.addEventListener(event, ({ detail }) => resolve(detail), { once: true }));
  act();
  return telling;
}

const files = (bytes) => {
  const transfer = new frame.contentWindow.DataTransfer();
  transfer.items.add(new frame.contentWindow.File([bytes], "mine.png", { type: "image/png" }));
  return transfer;
};

async function generate(url) {
  const element = await open(`${url}#seed=42`);
  const another = await until(() => named(element, "button", "Another"), "the controls");
  const runs = record(element);
  const canvas = inside(element, ".stage canvas")[0];
  await until(() => pixels(canvas).some(Boolean), "the first picture"); // else it could be taken for the next one
  const pictures = [shown(canvas)];
  const drawn = async (act) => {
    act();
    pictures.push(await until(() => [shown(canvas)].find((now) => now !== pictures.at(-1)), "another picture"));
  };
  await drawn(() => another.click());
  await drawn(() => type(inside(element, "#seed")[0], "5"));
  return { runs, pictures };
}

async function recognize(url, bytes) {
  const element = await open(url);
  const runs = record(element);
  const dataTransfer = files(bytes);
  const drop = () =>
    element.dispatchEvent(new frame.contentWindow.DragEvent("drop", { dataTransfer, cancelable: true, bubbles: true }));
  const { label, probabilities } = await told(element, "ganzoo-read", drop);
  const bars = inside(element, "ol li").map((row) => [...row.children].map((cell) => cell.textContent));
  return { runs, label, probabilities, bars };
}

async function convert(url, bytes) {
  const element = await open(url);
  const own = await until(() => inside(element, "#own")[0], "the sizes");
  await told(element, "ganzoo-convert", () => own.click());
  const runs = record(element);
  const input = inside(element, "input[type=file]")[0];
  const size = await told(element, "ganzoo-convert", () => {
    input.files = files(bytes).files;
    input.dispatchEvent(new frame.contentWindow.Event("change"));
  });
  const divider = inside(element, "#divider")[0];
  const sides = ["100", "0"].map((place) => {
    type(divider, place);
    return shown(inside(element, ".compare canvas")[0]);
  });
  const saving = new Promise((resolve) => {
    // a browser without a driver would ask where to
    frame.contentWindow.HTMLAnchorElement.prototype.click = function () {
      resolve({ name: this.download, url: this.href });
    };
  });
  inside(element, "#save")[0].click();
  const saved = await saving;
  const png = new Float32Array(new Uint8Array(await (await fetch(saved.url)).arrayBuffer()));
  return { runs, size, sides, name: saved.name, png: encode(png) };
}

await answer(async ({ urls, picture }) => {
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const generator = await generate(urls.generator);
  await progress("made pictures");
  const classifier = await recognize(urls.classifier, bytes);
  await progress("read a picture");
  return { generator, classifier, enlarger: await convert(urls.enlarger, bytes), errors };
});

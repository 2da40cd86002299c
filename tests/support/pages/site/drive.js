/**
 * A visitor of a site, where no driver is: opens its pages in a frame, and clicks, types, draws and looks.
 *
 * Its job: `pictures`, by "label,seed" what the network draws there, in base64; `drawings`, the strokes of digits.
 */

import { answer, decode, progress } from "./ganzoo/page.js";
import { errors, frame, inside, named, open, pause, pixels, type, until } from "./visitor.js";

/** The largest difference of what is shown to `picture`, in [0, 1]; waits for it to be small. */
async function difference(element, picture) {
  const wanted = decode(picture);
  const now = () => {
    const data = pixels(inside(element, ".stage canvas")[0]);
    if (data.length !== 4 * wanted.length) return 1;
    return wanted.reduce((most, value, i) => Math.max(most, Math.abs(Math.min(1, Math.max(0, value)) - data[4 * i] / 255)), 0);
  };
  for (const end = performance.now() + 3000; now() > 1 / 255 && performance.now() < end; ) await pause(20);
  return now();
}

async function generate({ pictures }) {
  const differences = {};
  const element = await open("site/dcgan-cond.html#label=7&seed=42");
  const judge = async (name, key) => (differences[name] = await difference(element, pictures[key]));
  await judge("address", "7,42");
  const three = () => inside(element, ".classes input[value='3']")[0];
  (await until(three, "the controls")).click();
  await judge("click", "3,42");
  three().dispatchEvent(
    new frame.contentWindow.KeyboardEvent("keydown", { key: "9", bubbles: true, composed: true }),
  );
  await judge("key", "9,42");
  type(inside(element, "#seed")[0], "5");
  await judge("seed", "9,5");
  await until(() => frame.contentWindow.location.hash === "#label=9&seed=5", "the address");
  await progress("made pictures");

  const backends = {};
  named(element, "summary", "How it runs").click();
  await until(() => inside(element, ".backends input").length, "the backends");
  for (const { value } of inside(element, ".backends input")) {
    const of = () => inside(element, `.backends input[value=${value}]`)[0];
    of().click();
    const list = inside(element, ".backends")[0];
    await until(() => list.ariaBusy !== "true" && of().closest("li"), value);
    await pause(100);
    const [isUsed, words] = [of().checked, of().closest("li").innerText];
    type(inside(element, "#seed")[0], "42");
    const first = await difference(element, pictures["9,42"]);
    type(inside(element, "#seed")[0], "5");
    backends[value] = { isUsed, words, difference: Math.max(first, await difference(element, pictures["9,5"])) };
    await progress(`ran on ${value}`);
  }

  named(element, "summary", "Walk").click();
  (await until(() => named(element, "button", "Play"), "the walk")).click();
  const frames = [];
  for (const end = performance.now() + 1500; performance.now() < end; ) {
    await new Promise(requestAnimationFrame);
    frames.push(pixels(inside(element, ".stage canvas")[0]).reduce((sum, value, i) => (sum * 31 + value) % 1000003, 7));
  }
  named(element, "button", "Pause").click();
  const walked = frames.filter((sum, i) => i && sum !== frames[i - 1]).length;

  const language = frame.contentDocument.getElementById("language");
  language.value = "ja";
  language.dispatchEvent(new frame.contentWindow.Event("change"));
  const words = [frame.contentDocument.querySelector("h1").textContent, inside(element, ".seeds button").map((node) => node.textContent)];
  language.value = "en";
  language.dispatchEvent(new frame.contentWindow.Event("change"));
  return { differences, backends, walked, words: words.flat() };
}

async function read({ drawings }) {
  const element = await open("site/cnn.html");
  const pad = inside(element, ".pad")[0];
  // no pointer of the system is down, and only such a one can be captured
  pad.setPointerCapture = () => {};
  const labels = [];
  for (const strokes of drawings) {
    named(element, "button", "Clear").click();
    const { left, top, width, height } = pad.querySelector("svg").getBoundingClientRect();
    const put = (name, [x, y]) =>
      pad.dispatchEvent(
        new frame.contentWindow.PointerEvent(name, {
          pointerId: 7,
          pointerType: "pen",
          bubbles: true,
          composed: true,
          clientX: left + x * width,
          clientY: top + y * height,
        }),
      );
    const told = new Promise((resolve) => element.addEventListener("ganzoo-read", ({ detail }) => resolve(detail.label), { once: true }));
    for (const stroke of strokes) {
      put("pointerdown", stroke[0]);
      for (const point of stroke.slice(1)) put("pointermove", point);
      put("pointerup", stroke.at(-1));
    }
    labels.push(await told);
  }
  return { labels };
}

await answer(async (job) => {
  const made = await generate(job);
  return { ...made, ...(await read(job)), errors };
});

/** A WebGL2 device whose weights never come. */

/** @type {WebGL2RenderingContext} the one that was made last */
let context;
const { getContext } = HTMLCanvasElement.prototype;
HTMLCanvasElement.prototype.getContext = function (/** @type {any[]} */ ...parts) {
  return (context = getContext.apply(this, parts));
};

export async function after() {
  const { create } = await import(`./modules/${"webgl.js"}`);
  const file = async (/** @type {string} */ name) => (await fetch(`cases/0/${name}`)).arrayBuffer();
  const weights = Promise.reject(new Error("no weights"));
  weights.catch(() => {}); // as the runtime does
  const error = await create({ entry: { program: "webgl.json" }, file, weights }).then(
    () => "none",
    (/** @type {Error} */ failure) => failure.message,
  );
  return { error, closed: context.isContextLost() };
}

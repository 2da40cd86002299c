/** A WebGL2 that draws into no floats: some phones' */

const { getExtension } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.getExtension = function (/** @type {string} */ name) {
  return name.startsWith("EXT_color_buffer_") ? null : getExtension.call(this, name);
};

export const after = () => null;

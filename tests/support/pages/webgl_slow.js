/** A GPU that takes its time, and how often it is asked whether it has finished. */

const LONG = 100; // ms
let start = 0;
let asked = 0;

const { fenceSync, clientWaitSync } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.fenceSync = function (...given) {
  start = performance.now();
  return fenceSync.apply(this, given);
};
WebGL2RenderingContext.prototype.clientWaitSync = function (...given) {
  asked++;
  return performance.now() - start < LONG ? this.TIMEOUT_EXPIRED : clientWaitSync.apply(this, given);
};

export const after = () => ({ asked });

/** The worker of a bundle's webassembly.js, until it is told to crash. */

import "./real/webassembly.js";

new BroadcastChannel("crash").onmessage = () => {
  throw new Error("boom");
};

/** What the custom elements share, with the runtime: a page that has both loads it once. */

import { paint } from "../../runtime/device.js";
import { fetchBytes, Files } from "../../runtime/fetching.js";
import { GanzooError, load } from "../../runtime/ganzoo.js";
import { noise, slotsOf } from "../../runtime/inputs.js";
import { h, panel } from "./dom.js";
import { GanzooElement } from "./element.js";
import { Network } from "./network.js";
import { classesOf, fitted, inPercent, pictured, probabilities } from "./reading.js";
import { inBytes, plainly } from "./words.js";

export { Files, GanzooElement, GanzooError, Network, classesOf, fetchBytes, fitted, h, inBytes, inPercent };
export { load, noise, paint, panel, pictured, plainly, probabilities, slotsOf };

/**
 * All that goes wrong. `code` is "input" (`field` names it), "fetch" (`file`, `status`), "corrupt" (`file`), "manifest"
 * (`file`, `field`), "version" (a newer format), "backend" (none works: `report`), "aborted" or "destroyed".
 */
export class GanzooError extends Error {
  name = "GanzooError";
  /** @type {string | undefined} */
  file;
  /** @type {string | undefined} */
  field;
  /** @type {number | undefined} */
  status;
  /** @type {import("./types.js").Row[] | undefined} */
  report;

  /**
   * @param {string} code
   * @param {string} what follows file and field in the message
   * @param {{file?: string, field?: string, status?: number, report?: object[], cause?: unknown}} [more]
   */
  constructor(code, what, more = {}) {
    super([more.file, more.field, what].filter(Boolean).join(": "));
    this.code = code;
    Object.assign(this, more);
  }
}

/** A made-up peer's runner. */

export async function script() {}

/** @returns {Promise<import("../../../pages/types.js").Run>} */
export async function load() {
  return async () => [];
}

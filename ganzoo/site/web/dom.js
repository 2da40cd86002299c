/** What the elements build their insides with. */

/**
 * A node of the page: its properties and listeners, or attributes where there is no such property, in their order;
 * then its children. `undefined` leaves a property as it is.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string)} children
 * @returns {any} an element of the tag's type
 */
export function h(tag, properties = {}, ...children) {
  /** @type {any} */
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined) continue;
    if (key in node) node[key] = value;
    else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/**
 * Something that is opened where it is wanted. What stands in it is built then.
 * @param {string} id
 * @param {string} title
 * @param {() => (Node | string)[]} build
 */
export function panel(id, title, build) {
  const ontoggle = (/** @type {any} */ { target }) => target.open && !target.children[1] && target.append(h("div", {}, ...build()));
  return h("details", { id, ontoggle }, h("summary", {}, title));
}

/** Which classes have a bar. */

const ALL = 10; // classes at most that all have one; of more only the likeliest have
const BEST = 5;

/**
 * Every class in its place, or the likeliest first.
 * @param {string[]} names
 * @param {number[]} chances none where nothing is drawn
 */
export function bars(names, chances) {
  const all = names.map((name, i) => ({ name, chance: chances[i] ?? 0 }));
  if (names.length <= ALL) return all;
  const best = all.sort((a, b) => b.chance - a.chance).slice(0, BEST);
  return chances.length ? best : best.map(() => ({ name: "…", chance: 0 }));
}

/**
 * What can be drawn: all classes, or the first ones.
 * @param {string[]} names
 */
export const examples = (names) => (names.length > ALL ? [...names.slice(0, BEST), "…"] : names).join(", ");

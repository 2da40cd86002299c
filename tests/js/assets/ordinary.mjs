// What anybody may write, and what a minifier may get wrong: `results` are compared with those of the minified text.
// It is no code of ganzoo: every line is here because some tool that knows less than a parser breaks it.

export const results = [];
const say = (...values) => results.push(...values.map(String));

// comments in texts, texts in comments
say("https://host/*path*/", 'it\'s // no comment', `/* nor ${"`this`"} // */`, "\u0041\x42\x00c");
/* "an unfinished text, `and template */ say(1); // 'import { x } from "./nowhere.js";'
say("import { a } from './b.js'; export { a };");
say("<!-- no comment", "--> nor this", "</script>");

// templates in templates, with braces, comments and regular expressions inside
const inner = (a) => `<${a.map((b) => `${`{${b}}`}// ${/* } */ b + 1}`).join(", ")}>`;
say(inner([1, 2]), `a
  line   and  spaces`, String.raw`\n${1}\`  x`, ((parts, ...more) => parts.raw.join("|") + more)`a\t${1}b${2}`);

// regular expressions with quotes, slashes, comments, commas and spaces, and divisions that look like one
const half = (g) => 4 / 2 / g;
say(/["'`]/.test("'"), /[/*]  {2,3}\/\//.source, /a, b;/g.flags, "a/b".replace(/\//g, " / "), half(2), [1, / ;}/.source]);
let n = 8;
say(n++ / 2, n / +2, n-- / 2 / 2, (n) / 2 /1, n / (/8/.test(n) ? 4 : 1));
if (n) /["'] it/.test("x") || say("no");

// signs that must not meet
let i = 1, j = 2;
say(i + +j, i - -j, i+ ++j, i - --j, - -i, + +i, !-i, ~-i, typeof -i, void 0 ?? i-- - --j, 1..toFixed(1), 1.5.toFixed(0), 2 ** -1, (-2) ** 2);

// lines that end without a semicolon, and lines that do not
const a = 1
const b = a
+ 1
;[a, b].forEach((each) => say(each))
;(function () { say("called") })()
const back = () => {
  return
  1
}
say(back())
let k = 1
++k
say(k)
do k++
while (k < 5) say(k)
for (const x of [1, 2]) if (x > 1) say(x); else say("else", x)
outer: for (;;) { for (;;) { break outer } }
for (var h = 0; h < 2; h++);
if (h) ; else say("never")
while (h-- > 0) ;
say(h, [, 1, , 2, ,].length, [1, 2,].length, ((...all) => all.length)(1, 2,))

// names that are words elsewhere
const { of, get, set, async, static: s, from: as } = { of: 1, get: 2, set: 3, async: 4, static: 5, from: 6 };
say(of, get, set, async, s, as, { if: 1, class: 2, get: 3, async: 4 }.class, ({ get x() { return 1 }, async y() {}, *z() {} }).x);

// scopes: the same name in each
const x = "outer";
{
  const x = "block";
  say(x, (() => x)(), ((x) => x)("argument"));
}
function shadow(x, { y = x, ...rest } = {}, [z = y] = []) {
  const f = () => { try { throw x } catch (x) { const e = x; return e + y } };
  return f() + z + Object.keys(rest);
}
say(shadow("a"), shadow("a", { y: "b", q: 1, r: 2 }), x, shadow.length, shadow.name);
for (let i = 0, fs = []; i < 3; i++) { fs.push(() => i); if (i === 2) say(fs.map((f) => f())) }
switch (x) { case "other": let q = 1; say(q); break; default: { say("default") } case 3: say("through") }
say(hoisted(), typeof later); var later = 1; function hoisted() { return "hoisted" }
const before = { one: 1, two: [2, 3] };
const { one, two: [, three] } = before;
say(one, three);
function taken(list) { var first = list.slice(); const [head, ...tail] = first; for (const { length } of [tail]) say(length); var more = head; return more }
say(taken([1, 2, 3]));

// classes
class Base { static made = 0; #secret = 1; constructor() { Base.made++ } get secret() { return this.#secret } static { this.ready = true } static #count() { return Base.made } static count() { return Base.#count() } has(o) { return #secret in o } }
class Derived extends Base { name = "own"; ["computed" + 1] = 2; "a b" = 3; async = 4; static async *many() { yield* [1, 2]; } get [Symbol.toStringTag]() { return "Tag" } set secret(v) { this.set = v } toString() { return `${super.toString()} ${this.name}` } }
const derived = new Derived(); derived.secret = 9;
say(derived, derived.computed1, derived["a b"], derived.async, derived.set, Base.count(), Base.ready, derived.has({}), Derived.name, new (class { x = 1 })().x, new Base().secret);
for await (const each of Derived.many()) say(each);

// operators
const nothing = null, zero = 0; let assigned;
say(nothing?.a.b.c, nothing?.[zero], nothing?.(1), zero ?? 1, (zero || null) ?? 2, (assigned ??= 3), (assigned &&= 4), (assigned ||= 5), (1, 2), nothing === undefined, nothing == undefined, !!zero, !(zero && 1));
say(0.1 + 0.2, 1e21, 1_000, 0xff, 0b11, 0o17, .5, 5., 1e-7, 10n ** 20n, 9007199254740993n, -0 === 0, Object.is(-0, 0), NaN, 1 / 0, 0.000001, 123456789012345680000);
say("a" + 1 + 2, 1 + 2 + "a", "a" + "b" + "\n", "\u2028".length, "\u{1F600}".length, '"' + "'" + "`" + "${}", "\\" + "\\");
say(((a, b = a, c = (() => a + b)()) => [a, b, c])(1), (function () { return arguments.length })(1, 2, 3), (() => ({}))() instanceof Object, typeof undefinedName, new Date(0).getTime(), "in" in { in: 1 }, delete { a: 1 }.a);
const undefined_ = undefined; say(undefined_, [undefined, null] + "", void 0, ((NaN, Infinity) => NaN + Infinity)(1, 2));
try { null.f } catch { say("caught") } finally { say("finally") }
const flow = (v) => { if (v) { if (v > 1) return "more" } else return "none"; for (;;) { if (v++ > 3) break; else continue } return v };
say(flow(0), flow(1), flow(2));
function early(v) { if (v) return; say("late"); return void say("void") } say(early(0), early(1));
const order = []; const log = (v) => (order.push(v), v); log(1) || log(2), log(0) || log(3); log(log(4) && log(5)) ? log(6) : log(7); ({ [log("k")]: log("v") }); say(order);
let t = 1, u = 2;[t, u] = [u, t]; ({ t, u = 7 } = { t, ...{} }); say(t, u);
say([..."ab"].map((c, i) => c + i), Math.max(...[1, 2], 3), { ...{ a: 1 }, b: 2 }.b, await Promise.resolve("awaited"), await (async () => { await null; return "async" })());
function* generated() { const got = yield 1; yield got; return 3 } const generator = generated(); say(generator.next().value, generator.next("got").value, generator.next().done);
say(import.meta.url.startsWith("file:"), (function () { return new.target })());

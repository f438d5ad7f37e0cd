/** How many inputs every fuzz test tries, and what makes a good text bad. */
import fc from "./property.ts";

/** `FINETUNE_BENCH_FUZZ`: 2,000 where it is not set, 100,000 in `npm run test:nightly`. */
export const INPUTS = Number(process.env["FINETUNE_BENCH_FUZZ"] ?? 2000);
export const RUNS = { numRuns: INPUTS } as const;
/** Milliseconds a test may take: generous, so that only a hang is one. */
export const PATIENCE = 60_000 + 20 * INPUTS;

/** Values that have broken readers before. */
const hostileValue = fc.constantFrom<unknown>(
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  2 ** 53,
  Number.MIN_VALUE,
  "",
  "NaN",
  "\u0000",
  "\uD800",
  "../../etc/passwd",
  "__proto__",
  "constructor",
  "x".repeat(5000),
  [],
  {},
  [[[[[[]]]]]],
  { __proto__: null, length: -1 },
);

const hostileText = fc.constantFrom(
  "\u0000",
  "\uFEFF",
  "\r\n",
  "\uD800",
  "{",
  "}",
  "[".repeat(300),
  '{"a":'.repeat(300),
  "9".repeat(400),
  "1e999",
  "NaN",
  "&a [*a, *a]",
  "!!js/function 'x'",
  "*unknown",
  "<<: *a",
  "? ",
  "- - - - -",
  "\t",
  '"__proto__": 1,',
);

/** A text with pieces taken out, doubled, or put in. */
export function damagedText(good: readonly string[]): fc.Arbitrary<string> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const damage = fc.record({
    at: place,
    length: fc.nat(40),
    put: fc.oneof(hostileText, fc.string({ maxLength: 20 }), fc.constant("")),
    twice: fc.boolean(),
  });
  return fc.tuple(fc.constantFrom(...good), fc.array(damage, { minLength: 1, maxLength: 4 })).map(([text, damages]) =>
    damages.reduce((now, { at, length, put, twice }) => {
      const from = Math.floor(at * now.length);
      const piece = now.slice(from, from + length);
      return now.slice(0, from) + (twice ? piece + piece : "") + put + now.slice(from + length);
    }, text),
  );
}

/** A JSON value with some of its leaves and branches replaced, renamed or removed. */
export function damagedJson(good: readonly unknown[]): fc.Arbitrary<unknown> {
  const damage = fc.record({
    way: fc.array(fc.nat(50), { minLength: 1, maxLength: 8 }),
    value: fc.oneof(hostileValue, fc.jsonValue({ maxDepth: 3 })),
    how: fc.constantFrom("replace", "remove", "add"),
  });
  return fc
    .tuple(fc.constantFrom(...good), fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([value, damages]) =>
      damages.reduce<unknown>((now, { way, value: put, how }) => damaged(now, way, put, how), value),
    );
}

function damaged(value: unknown, [step = 0, ...rest]: readonly number[], put: unknown, how: string): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = [...value];
    if (items.length === 0 || how === "add") return [...items, put];
    const at = step % items.length;
    if (rest.length > 0) items[at] = damaged(items[at], rest, put, how);
    else if (how === "remove") items.splice(at, 1);
    else items[at] = put;
    return items;
  }
  if (typeof value !== "object" || value === null) return put;
  const entries: [string, unknown][] = Object.entries(value);
  if (entries.length === 0 || (how === "add" && rest.length === 0)) return { ...value, more: put };
  const at = step % entries.length;
  const [key, old] = entries[at] ?? ["", null];
  if (rest.length > 0) entries[at] = [key, damaged(old, rest, put, how)];
  else if (how === "remove") entries.splice(at, 1);
  else entries[at] = [key, put];
  return Object.fromEntries(entries);
}

/** Sentences with names inside: our own words as text, everything that came from elsewhere marked as a name. */
import * as z from "zod";

/** A `name` (benchmark, runner, version, path) is drawn by every surface in its own safe way; text is ours. */
export const sentenceSchema = z.array(z.union([z.string(), z.strictObject({ name: z.string() })]));
export type Sentence = z.infer<typeof sentenceSchema>;
type Part = Sentence[number];

/** Tagged template: ``say`6.8 % slower on ${named(runner)}` ``. Strings put in count as our own words. */
export function say(texts: TemplateStringsArray, ...parts: readonly (Part | Sentence)[]): Sentence {
  const sentence: Sentence = [];
  for (const [index, text] of texts.entries()) {
    if (text !== "") sentence.push(text);
    const part = parts[index];
    if (part === undefined || part === "") continue;
    if (Array.isArray(part)) sentence.push(...part);
    else sentence.push(part);
  }
  return joined(sentence);
}

export function named(name: string): { name: string } {
  return { name };
}

/** Names in a row: `a`, `b` and 3 more. */
export function listed(names: readonly string[], most = 3): Sentence {
  const shown = names.slice(0, most);
  const rest = names.length - shown.length;
  const parts = shown.flatMap((name, index): Sentence => {
    const last = index === shown.length - 1 && rest === 0;
    return index === 0 ? [named(name)] : [last ? " and " : ", ", named(name)];
  });
  return rest === 0 ? parts : [...parts, ` and ${rest} more`];
}

/** Where a remark applies: nowhere in particular, everywhere, or in the benchmarks it names. */
export function among(names: readonly string[], total: number): Sentence {
  if (names.length === 0) return [];
  return names.length === total && total > 1 ? ["every benchmark"] : listed(names);
}

/** The sentence as plain characters, names as they are: for check titles and plain-text outputs that escape themselves. */
export function plain(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === "string" ? part : part.name)).join("");
}

/** With a capital at the start. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Neighbouring texts made one, so that equal sentences have one form. */
export function joined(sentence: Sentence): Sentence {
  const parts: Sentence = [];
  for (const part of sentence) {
    const last = parts.at(-1);
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else parts.push(part);
  }
  return parts;
}

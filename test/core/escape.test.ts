import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import { clip, codeBlock, codeSpan, inertText, link, terminalText } from "../../src/core/escape.ts";
import { drawSentence, table } from "../../src/core/markdown-parts.ts";
import { alive, foreign } from "../support/foreign.ts";
import { readMarkdown } from "../support/markdown-reader.ts";

const RUNS = { numRuns: 300 };

describe("markdown", () => {
  test("a code span is one span, in a paragraph, a heading and a list", () => {
    fc.assert(
      fc.property(foreign, (text) => {
        for (const before of ["", "### ", "- ", "word "]) {
          const markdown = `${before}${codeSpan(text)} after`;
          expect(alive(markdown, ["p", "h3", "ul", "li", "code"])).toEqual([]);
          expect(readMarkdown(markdown).code).toHaveLength(1);
        }
      }),
      RUNS,
    );
  });

  test("a code span stays in its table cell", () => {
    fc.assert(
      fc.property(foreign, foreign, (first, second) => {
        const drawn = table(
          [
            { title: "a", cell: () => codeSpan(first) },
            { title: "b", cell: () => inertText(second) || "-" },
          ],
          [0, 1],
        );
        const read = readMarkdown(drawn);
        expect(read.tables).toHaveLength(1);
        expect(read.rows.map((cells) => cells.length)).toEqual([2, 2]);
        expect(alive(drawn, ["table", "thead", "tbody", "tr", "th", "td", "code"])).toEqual([]);
      }),
      RUNS,
    );
  });

  test("an inert sentence is words and code, alone, after words and in a list", () => {
    fc.assert(
      fc.property(foreign, (text) => {
        for (const before of ["", "- ", "Warning: "])
          expect(alive(before + inertText(text), ["p", "ul", "li", "code"])).toEqual([]);
      }),
      RUNS,
    );
  });

  test("a sentence of texts and names is inert however it is cut", () => {
    const part = fc.oneof(
      foreign,
      foreign.map((name) => ({ name })),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (sentence) => {
        expect(alive(`x ${drawSentence(sentence)}`, ["p", "code"])).toEqual([]);
      }),
      RUNS,
    );
  });

  test("a code block holds all of its lines and ends where it should", () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const read = readMarkdown(`<details>\n\n${codeBlock(text)}\n\n</details>\n\nafter`);
        expect(read.code).toHaveLength(1);
        expect(read.tags.toSorted()).toEqual(["code", "details", "p", "pre"]);
        expect(read.prose.trim().endsWith("after")).toBe(true);
      }),
      RUNS,
    );
  });

  test("keeps plain words and says the rest in code", () => {
    expect(inertText("The driver changed from 580.65 to 580.82 (patch).")).toBe(
      "The driver changed from 580.65 to 580.82 (patch).",
    );
    expect(inertText("see https://evil.example, @octocat or #7")).toBe(
      "see `https://evil.example`, `@octocat` or `#7`",
    );
    expect(inertText("commit 9f8e7d6c5b is it")).toBe("commit `9f8e7d6c5b` is it");
    expect(inertText("cut short: www. and http: or (mailto:")).toBe("cut short: `www`. and `http`: or (`mailto`:");
    expect(codeSpan("a|b `c` $d")).toBe("` a¦b 'c' $d `");
    expect(codeSpan(" \n ")).toBe("`(empty)`");
    expect(codeSpan("x".repeat(300))).toBe(`\`${"x".repeat(199)}…\``);
  });

  test("shows the end of a long error, because it says why", () => {
    expect(codeBlock(`${"early\n".repeat(1000)}the cause`, 20)).toMatch(/^```text\n….*the cause\n```$/s);
  });
});

describe("links", () => {
  test("lead to web addresses only", () => {
    expect(link("run", "https://github.com/a/b/actions/runs/1?x=1#y")).toBe(
      "[run](<https://github.com/a/b/actions/runs/1?x=1#y>)",
    );
    for (const url of [
      "javascript:alert(1)",
      "ftp://evil.example/x",
      "https://a b",
      "https://a/>x",
      "https://a/\n",
      "",
      "data:text/html,x",
    ]) {
      expect(alive(link("run", url), ["p", "code"])).toEqual([]);
    }
  });
});

describe("the terminal", () => {
  test("gets one visible line without control characters or workflow commands", () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const shown = terminalText(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]|##\[|^\s*::/u);
      }),
      RUNS,
    );
  });

  test("colours and hidden links of other programs are gone, their words stay", () => {
    expect(terminalText("\u001B[1;31mred\u001B[0m \u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007")).toBe(
      "red link",
    );
    expect(terminalText("::error::x")).toBe(": :error::x");
    expect(terminalText("a\nb\r\nc\td")).toBe("a b c d");
  });
});

test("clipping counts characters, not halves of them", () => {
  expect(clip("abc", 3)).toBe("abc");
  expect(clip("abcd", 3)).toBe("ab…");
  expect(clip("😀😀😀", 3)).toBe("😀😀😀");
  expect(clip("😀😀😀😀", 3)).toBe("😀😀…");
});

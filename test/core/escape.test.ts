import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clip, codeBlock, codeSpan, inertText, link, terminalText } from "../../src/core/escape.ts";
import { drawSentence, table } from "../../src/core/markdown-parts.ts";
import { readMarkdown } from "../support/markdown-reader.ts";

/** Everything that means something to a markdown reader, to GitHub after it, or to a runner's log; one a line. */
const BAIT = [
  ...String.raw`
@octocat
@acme/team
#12
GH-12
acme/trainer#3
acme/trainer@9f8e7d6
9f8e7d6c5b4a3928
https://evil.example/x
http://
www.evil.example
a@evil.example
mailto:a@evil.example
xmpp:a@b.c
![x](https://evil.example)
[x](y)
[x]: https://evil.example
<img src=x>
<!--
-->
<!-- a -->
</details>
<details>
<script>
&lt;img&gt;
&#64;octocat
~~~
# h
> q
- l
1. l
---
===
_em_
*em*
**strong**
~~gone~~
| a | b |
\|
$x$
::error::x
##[error]x
:smile:
word
größe`
    .trim()
    .split("\n"),
  ..."`*_~[]()<>#|!\\@&$^={}:;\"'+-/.%\n\r\t ".split(""),
  "```",
  "````text",
  "\\`",
  "$`x`$",
  "\u001B[31m",
  "\u001B]8;;https://evil.example\u0007",
  "\u202E",
  "\u200B",
  "\u0000",
  "\u2028",
  "\uD800",
];
const foreign = fc.oneof(
  ...["", " ", "\n"].map((glue) =>
    fc.array(fc.constantFrom(...BAIT), { maxLength: 12 }).map((parts) => parts.join(glue)),
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
);
const RUNS = { numRuns: 300 };

/** What GitHub still looks for in rendered text outside of code. */
const LIVE = [
  /@[a-z0-9]/i,
  /#\d/,
  /gh-\d/i,
  /[0-9a-f]{7,}/i,
  /https?:|ftp:|mailto:|xmpp:|www\./i,
  /:[a-z0-9_+-]+:/i,
  /[$`<>|]/,
  /[\p{Cc}\p{Cf}]/u,
];

/** Whatever of `markdown` means more than words and code. */
function alive(markdown: string, tags: readonly string[]): string[] {
  const read = readMarkdown(markdown);
  const prose = read.prose.replaceAll("\u0000", " ").replaceAll("\n", " ");
  return [
    ...read.tags.filter((tag) => !tags.includes(tag)),
    ...read.links,
    ...LIVE.flatMap((live) => live.exec(prose) ?? []),
    ...(markdown.includes("<!--") ? ["<!--"] : []),
  ];
}

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

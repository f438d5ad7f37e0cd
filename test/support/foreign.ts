/** Text of strangers that means to be more than text, and what of it would be alive on GitHub. */
import fc from "./property.ts";
import { readMarkdown } from "./markdown-reader.ts";

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
export const foreign = fc.oneof(
  ...["", " ", "\n"].map((glue) =>
    fc.array(fc.constantFrom(...BAIT), { maxLength: 12 }).map((parts) => parts.join(glue)),
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
);
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

/** Whatever of `markdown` means more than words, code and links to where `isOurs`. */
export function alive(
  markdown: string,
  tags: readonly string[],
  isOurs: (href: string) => boolean = () => false,
): string[] {
  const read = readMarkdown(markdown);
  const prose = read.prose.replaceAll("\u0000", " ").replaceAll("\n", " ");
  return [
    ...read.tags.filter((tag) => !tags.includes(tag)),
    ...read.links.filter((href) => !isOurs(href)),
    ...LIVE.flatMap((live) => live.exec(prose) ?? []),
    ...(markdown.includes("<!--") ? ["<!--"] : []),
  ];
}

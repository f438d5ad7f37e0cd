/** Markdown as GitHub would read it (CommonMark and GFM, by micromark): what became code, text, tags, links and tables. */
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

export interface ReadMarkdown {
  readonly html: string;
  /** Text outside of code, where GitHub would look for mentions, references and addresses. */
  readonly prose: string;
  /** Content of every code span and code block. */
  readonly code: readonly string[];
  /** Names of the opening tags. */
  readonly tags: readonly string[];
  /** Targets of links. */
  readonly links: readonly string[];
  /** Rows of all tables, cells as text. */
  readonly rows: readonly (readonly string[])[];
  readonly tables: readonly (readonly (readonly string[])[])[];
  readonly count: (text: string) => number;
}

export function readMarkdown(markdown: string): ReadMarkdown {
  const html = micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
  const withoutComments = html.replaceAll(/<!--[\s\S]*?-->/g, "");
  const withoutCode = withoutComments.replaceAll(/<code[^>]*>[\s\S]*?<\/code>/g, "\u0000");
  const tables = [...withoutComments.matchAll(/<table>[\s\S]*?<\/table>/g)].map(([table]) =>
    [...table.matchAll(/<tr>[\s\S]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = ""]) => textOf(cell)),
    ),
  );
  return {
    html,
    prose: textOf(withoutCode),
    code: [...withoutComments.matchAll(/<code[^>]*>([\s\S]*?)<\/code>/g)].map(([, code = ""]) => decode(code)),
    tags: [...withoutComments.matchAll(/<([a-zA-Z][a-zA-Z0-9-]*)/g)].map(([, tag = ""]) => tag),
    links: [...withoutComments.matchAll(/<a\s[^>]*href="([^"]*)"/g)].map(([, href = ""]) => decode(href)),
    rows: tables.flatMap((table) => table.slice(1)),
    tables,
    count: (text) => withoutCode.split(text).length - 1,
  };
}

function textOf(html: string): string {
  return decode(html.replaceAll(/<[^>]*>/g, ""));
}

const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&" };

function decode(html: string): string {
  return html.replaceAll(/&(?:lt|gt|quot|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** What a handler of the API server gets and gives back, and the pages of a long list. */
import type * as z from "zod";
import type { Json } from "./json.ts";
import type { Account } from "./github-objects.ts";

export interface Call {
  /** Operation of GitHub's description: `issues/create-comment`. */
  readonly operation: string;
  readonly params: Record<string, string>;
  readonly query: URLSearchParams;
  readonly body: Json | undefined;
  /** Path and query as sent. */
  readonly url: URL;
  /** Who asks. */
  readonly account: Account;
}

export interface Answer {
  readonly status: number;
  /** JSON; absent for 204 and redirects. */
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;
export type Handlers = Readonly<Record<string, Handler>>;

/** The body as a typed value. It was checked against GitHub's description before. */
export function bodyOf<T>(schema: z.ZodType<T>, call: Call): T {
  return schema.parse(call.body);
}

/** A path parameter. The route matched, so it is there. */
export function param(call: Call, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`${call.operation} has no path parameter ${name}`);
  return value;
}

/** One page of a list, at most 100 entries, with the `Link` header GitHub sends. */
export function page<T>(
  call: Call,
  apiUrl: string,
  all: readonly T[],
): { items: T[]; headers: Record<string, string> } {
  const size = Math.min(100, Math.max(1, Number(call.query.get("per_page") ?? 30)));
  const current = Math.max(1, Number(call.query.get("page") ?? 1));
  const last = Math.max(1, Math.ceil(all.length / size));
  const link = (rel: string, number: number) => {
    const target = new URL(`${apiUrl}${call.url.pathname}${call.url.search}`);
    target.searchParams.set("page", `${number}`);
    return `<${target.href}>; rel="${rel}"`;
  };
  const links = [
    ...(current > 1 ? [link("prev", current - 1)] : []),
    ...(current < last ? [link("next", current + 1), link("last", last)] : []),
    ...(current > 1 ? [link("first", 1)] : []),
  ];
  const items = all.slice((current - 1) * size, current * size);
  return { items, headers: links.length === 0 ? {} : { link: links.join(", ") } };
}

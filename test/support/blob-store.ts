/** Block blobs as Azure serves them: signed addresses, blocks in any order, a list that puts them together, ranges. */
import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

interface Blob {
  readonly signature: string;
  readonly type: string;
  readonly blocks: Map<string, Buffer>;
  bytes: Buffer | null;
}

export class BlobStore {
  private readonly blobs = new Map<string, Blob>();

  /** Makes room for a blob and returns its name. */
  create(type: string): string {
    const name = `${randomUUID()}.zip`;
    this.blobs.set(name, { signature: randomBytes(9).toString("hex"), type, blocks: new Map(), bytes: null });
    return name;
  }

  /** A whole blob at once. */
  add(type: string, bytes: Buffer): string {
    const name = this.create(type);
    const blob = this.blobs.get(name);
    if (blob !== undefined) blob.bytes = bytes;
    return name;
  }

  /** Path and query that allow `cw` (create, write) or `r` (read). */
  signedPath(name: string, allowed: "cw" | "r"): string {
    const signature = this.blobs.get(name)?.signature ?? "";
    return `/blob/${name}?sv=2026-02-06&sp=${allowed}&sig=${allowed}${signature}`;
  }

  /** @throws Error while nothing is stored under the name. */
  bytes(name: string): Buffer {
    const bytes = this.blobs.get(name)?.bytes;
    if (bytes === null || bytes === undefined) throw new Error(`blob ${name} is empty`);
    return bytes;
  }

  /** Answers one request; returns what was wrong with it, or null. */
  handle(request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse): string | null {
    const name = url.pathname.slice("/blob/".length);
    const blob = this.blobs.get(name);
    const reading = request.method === "GET" || request.method === "HEAD";
    const refuse = (status: number, code: string) => {
      response.writeHead(status, { "content-type": "application/xml", "x-ms-error-code": code });
      response.end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
      return `${request.method} ${url.pathname}: ${code}`;
    };
    const signature = `${reading ? "r" : "cw"}${blob?.signature ?? ""}`;
    if (blob === undefined || url.searchParams.get("sig") !== signature) return refuse(403, "AuthenticationFailed");
    // A token beside a signature is one credential too many, and it would be shown to a foreign host.
    if (request.headers.authorization !== undefined) return refuse(400, "InvalidAuthenticationInfo");
    const headers = {
      "x-ms-version": "2026-02-06",
      "x-ms-request-id": randomUUID(),
      etag: '"0x1"',
      "last-modified": new Date().toUTCString(),
    };
    if (reading) return this.read(request, blob, headers, response, refuse);
    if (request.method !== "PUT") return refuse(405, "UnsupportedHttpVerb");
    const part = url.searchParams.get("comp");
    if (part === "block") {
      const id = url.searchParams.get("blockid");
      if (id === null) return refuse(400, "InvalidQueryParameterValue");
      blob.blocks.set(id, body);
    } else if (part === "blocklist") {
      const listed = [...body.toString("utf8").matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)];
      const blocks = listed.map((match) => blob.blocks.get(match[1] ?? ""));
      if (blocks.includes(undefined)) return refuse(400, "InvalidBlockList");
      blob.bytes = Buffer.concat(blocks.flatMap((block) => block ?? []));
    } else {
      if (request.headers["x-ms-blob-type"] !== "BlockBlob") return refuse(400, "MissingRequiredHeader");
      blob.bytes = body;
    }
    response.writeHead(201, headers);
    response.end();
    return null;
  }

  private read(
    request: IncomingMessage,
    blob: Blob,
    headers: Record<string, string>,
    response: ServerResponse,
    refuse: (status: number, code: string) => string,
  ): string | null {
    if (blob.bytes === null) return refuse(404, "BlobNotFound");
    const asked = request.headers["x-ms-range"] ?? request.headers.range ?? "";
    const range = /^bytes=(\d+)-(\d*)$/.exec(Array.isArray(asked) ? (asked[0] ?? "") : asked);
    const [start, end] = [Number(range?.[1] ?? 0), Number(range?.[2] || blob.bytes.length - 1)];
    const bytes = blob.bytes.subarray(start, end + 1);
    response.writeHead(range === null ? 200 : 206, {
      ...headers,
      "content-type": blob.type,
      "content-length": `${bytes.length}`,
      ...(range === null ? {} : { "content-range": `bytes ${start}-${end}/${blob.bytes.length}` }),
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
    return null;
  }
}

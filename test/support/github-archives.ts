/** The host GitHub hands archives out from: another one than the API's, so a client must not send its token there. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GitBackend } from "./git-backend.ts";
import { cutAnswer, type FaultPlan, meet } from "./github-faults.ts";
import { listen } from "./loopback.ts";
import type { Network } from "./proxy.ts";

export interface ArchiveHost extends AsyncDisposable {
  /** A fresh address of the tarball of a ref; empty names the default branch. */
  address(ref: string): string;
}

export interface Archives {
  readonly git: GitBackend;
  readonly owner: string;
  readonly repo: string;
  readonly network: Network | undefined;
  /** A download is the operation `archive`. */
  readonly faults: FaultPlan;
  /** Hears of clients that send their token here. */
  readonly onViolation: (text: string) => void;
}

export async function startArchives({
  git,
  owner,
  repo,
  network,
  faults,
  onViolation,
}: Archives): Promise<ArchiveHost> {
  const refs = new Map<string, string>();

  async function send(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", host.url);
    const ref = refs.get(url.searchParams.get("token") ?? "");
    if (request.headers.authorization !== undefined) onViolation("the archive host was sent a token");
    const fault = faults.next("archive");
    if (await meet(fault, response)) return;
    if (fault?.status !== undefined) {
      response.writeHead(fault.status, { "content-type": "text/plain", ...fault.headers }).end(fault.message);
      return;
    }
    const commit = ref === undefined ? null : await git.resolve(ref);
    if (commit === null) {
      response.writeHead(404, { "content-type": "text/plain" }).end("404: Not Found");
      return;
    }
    const folder = `${owner}-${repo}-${commit.slice(0, 7)}`;
    const bytes = await git.bytes(["archive", "--format=tar.gz", `--prefix=${folder}/`, commit]);
    if (cutAnswer(fault, response, 200, bytes)) return;
    response.writeHead(200, {
      "content-type": "application/x-gzip",
      "content-disposition": `attachment; filename=${folder}.tar.gz`,
    });
    response.end(bytes);
  }

  const host = await listen(send, network && { name: "codeload", network });
  return {
    address(ref) {
      const key = randomUUID();
      refs.set(key, ref === "" ? git.defaultBranch : ref);
      return `${host.url}/${owner}/${repo}/legacy.tar.gz/${ref}?token=${key}`;
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

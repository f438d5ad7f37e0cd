/** Package indexes on loopback, with wheels made by hand: real installers install from them. */
import { mkdir, readdir, readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import path from "node:path";
import { execa } from "execa";
import { listen, type Loopback } from "./loopback.ts";

export interface PackageIndex extends Loopback {
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** Wheels named here are begun and never finished, as by a network that stalls. */
  readonly stalled: Set<string>;
  /** Wheels named here are answered once the promise is kept. */
  readonly held: Map<string, Promise<void>>;
}

/** Wheels by the path of their index: `{"simple": ["demo==1.0:other"], "whl/cpu": ["torch==2.0+cpu"]}`. */
export async function packageIndex(
  folder: string,
  python: string,
  wheels: Readonly<Record<string, readonly string[]>>,
): Promise<PackageIndex> {
  for (const [index, pins] of Object.entries(wheels)) await makeWheels(path.join(folder, index), python, pins);
  const asked: string[] = [];
  const stalled = new Set<string>();
  const held = new Map<string, Promise<void>>();
  const server = await listen((request, response) => {
    const url = decodeURIComponent(request.url ?? "/");
    asked.push(url);
    void Promise.resolve(held.get(path.basename(url))).then(() => serve(response, folder, url, stalled));
  });
  return { ...server, asked, stalled, held };
}

export async function makeWheels(folder: string, python: string, pins: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await execa(python, [path.join(import.meta.dirname, "make-wheels.py"), folder, ...pins]);
}

async function serve(
  response: ServerResponse,
  folder: string,
  url: string,
  stalled: ReadonlySet<string>,
): Promise<void> {
  const found = await answer(folder, url);
  if (found === null) {
    response.writeHead(404).end();
  } else if (stalled.has(path.basename(url))) {
    response.writeHead(200, { "content-length": found.body.length, "content-type": found.type });
    response.write(found.body.subarray(0, 10));
  } else {
    response.writeHead(200, { "content-type": found.type }).end(found.body);
  }
}

/** A wheel, or the page of a package that lists its wheels. */
async function answer(folder: string, url: string): Promise<{ body: Buffer; type: string } | null> {
  const file = path.join(folder, url);
  if (url.endsWith(".whl")) {
    const body = await readFile(file).catch(() => null);
    return body === null ? null : { body, type: "application/octet-stream" };
  }
  const names = await readdir(path.dirname(file)).catch(() => []);
  const found = names.filter((name) => name.startsWith(`${path.basename(file)}-`));
  if (found.length === 0) return null;
  const links = found.map((name) => `<a href="../${encodeURIComponent(name)}">${name}</a><br>`);
  return { body: Buffer.from(`<!DOCTYPE html><html><body>${links.join("\n")}</body></html>`), type: "text/html" };
}

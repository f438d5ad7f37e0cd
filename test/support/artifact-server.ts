/**
 * GitHub's artifact storage (version 4) on the loopback device, for the real @actions/artifact client: the Twirp
 * service that names artifacts, and the block blobs their bytes go to.
 */
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import * as z from "zod";
import { BlobStore } from "./blob-store.ts";
import { cutAnswer, type Fault, FaultPlan, meet } from "./github-faults.ts";
import { parseJson } from "./json.ts";
import { listen, readBody } from "./loopback.ts";
import type { Network } from "./proxy.ts";

const SERVICE = "/twirp/github.actions.results.api.v1.ArtifactService/";

const ids = { workflow_run_backend_id: z.string().min(1), workflow_job_run_backend_id: z.string().min(1) };
const name = z
  .string()
  .min(1)
  .max(260)
  .regex(/^[^":<>|*?\r\n\\/]+$/);
const requests = {
  CreateArtifact: z.strictObject({
    ...ids,
    name,
    expires_at: z.iso.datetime().optional(),
    version: z.literal(7),
    mime_type: z.string(),
  }),
  FinalizeArtifact: z.strictObject({
    ...ids,
    name,
    size: z.string().regex(/^\d+$/),
    hash: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  }),
  ListArtifacts: z.strictObject({ ...ids, name_filter: name.optional(), id_filter: z.string().optional() }),
  GetSignedArtifactURL: z.strictObject({ ...ids, name }),
  DeleteArtifact: z.strictObject({ ...ids, name }),
} as const;

export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  /** Backend id of the run: the second part of the runtime token's scope. */
  readonly run: string;
  readonly job: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly blob: string;
  /** Bytes and hash as the client stated them; null until it finalised the artifact. */
  finalized: { size: number; digest: string } | null;
}

export interface ArtifactServer extends AsyncDisposable {
  /** For `ACTIONS_RESULTS_URL`. */
  readonly url: string;
  /** What the client needs in its environment: url and runtime token of one run and job. */
  environment(run?: string, job?: string): Record<string, string>;
  /** Finalised artifacts, oldest first; of one run where one is named. */
  artifacts(run?: string): StoredArtifact[];
  /** Stores any bytes as the artifact of a run, as whoever controls its job can. */
  put(run: string, name: string, bytes: Buffer): StoredArtifact;
  /** The zip of an artifact. @throws Error when there is none of that name. */
  bytes(name: string): Buffer;
  /** Files of an artifact's zip: path → content. */
  files(name: string): Promise<Map<string, Buffer>>;
  /** A signed address from which an artifact's zip can be fetched without a token. */
  signedUrl(artifact: StoredArtifact): string;
  /** Plans a fault of a Twirp method (`CreateArtifact`, …) or of an upload to a blob (`PutBlob`). */
  fail(fault: Fault): void;
  /** Method and path of every request, in order. */
  readonly calls: readonly string[];
  /** Requests that GitHub's service would not understand; a test wants none. */
  readonly violations: readonly string[];
}

class TwirpError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Starts the server. Everything it holds lies in memory. */
export async function startArtifacts(network?: Network): Promise<ArtifactServer> {
  const calls: string[] = [];
  const violations: string[] = [];
  const faults = new FaultPlan();
  const stored: StoredArtifact[] = [];
  const blobs = new BlobStore();

  const find = (run: string, wanted: string) => stored.find((entry) => entry.run === run && entry.name === wanted);
  const need = (run: string, wanted: string) => {
    const artifact = find(run, wanted);
    if (artifact === undefined) throw new TwirpError(404, "not_found", `no artifact ${wanted}`);
    return artifact;
  };
  const named = (wanted: string) => {
    const artifact = stored.find((entry) => entry.name === wanted);
    if (artifact === undefined) throw new Error(`no artifact ${wanted}`);
    return artifact;
  };

  function answer(method: string, body: unknown, token: { run: string; job: string }): object {
    const parse = <T extends { workflow_run_backend_id: string }>(schema: z.ZodType<T>): T => {
      const parsed = schema.safeParse(body);
      if (!parsed.success) {
        violations.push(`${method}: ${z.prettifyError(parsed.error)}`);
        throw new TwirpError(400, "malformed", z.prettifyError(parsed.error));
      }
      if (parsed.data.workflow_run_backend_id !== token.run) {
        throw new TwirpError(403, "permission_denied", "the token is for another run");
      }
      return parsed.data;
    };
    switch (method) {
      case "CreateArtifact": {
        const request = parse(requests.CreateArtifact);
        if (find(token.run, request.name) !== undefined) {
          const text = "an artifact with this name already exists on the workflow run";
          throw new TwirpError(409, "already_exists", text);
        }
        const artifact: StoredArtifact = {
          id: 7000 + stored.length,
          name: request.name,
          run: token.run,
          job: request.workflow_job_run_backend_id,
          createdAt: new Date().toISOString(),
          expiresAt: request.expires_at ?? null,
          blob: blobs.create(request.mime_type),
          finalized: null,
        };
        stored.push(artifact);
        return { ok: true, signed_upload_url: `${server.url}${blobs.signedPath(artifact.blob, "cw")}` };
      }
      case "FinalizeArtifact": {
        const request = parse(requests.FinalizeArtifact);
        const artifact = need(token.run, request.name);
        const bytes = blobs.bytes(artifact.blob);
        const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
        if (bytes.length !== Number(request.size) || digest !== request.hash) {
          throw new TwirpError(400, "invalid_argument", "size or hash differ from what was uploaded");
        }
        artifact.finalized = { size: bytes.length, digest };
        return { ok: true, artifact_id: `${artifact.id}` };
      }
      case "ListArtifacts": {
        const request = parse(requests.ListArtifacts);
        const found = stored.filter(
          (entry) =>
            entry.run === token.run &&
            entry.finalized !== null &&
            (request.name_filter === undefined || request.name_filter === entry.name) &&
            (request.id_filter === undefined || request.id_filter === `${entry.id}`),
        );
        return {
          artifacts: found.map((entry) => ({
            workflow_run_backend_id: entry.run,
            workflow_job_run_backend_id: entry.job,
            database_id: `${entry.id}`,
            name: entry.name,
            size: `${entry.finalized?.size ?? 0}`,
            created_at: entry.createdAt,
            digest: entry.finalized?.digest,
          })),
        };
      }
      case "GetSignedArtifactURL": {
        const artifact = need(token.run, parse(requests.GetSignedArtifactURL).name);
        return { name: artifact.name, signed_url: `${server.url}${blobs.signedPath(artifact.blob, "r")}` };
      }
      case "DeleteArtifact": {
        const artifact = need(token.run, parse(requests.DeleteArtifact).name);
        stored.splice(stored.indexOf(artifact), 1);
        return { ok: true, artifact_id: `${artifact.id}` };
      }
      default:
        throw new TwirpError(404, "bad_route", `no method ${method}`);
    }
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = await readBody(request);
    calls.push(`${request.method} ${url.pathname}`);
    const blob = url.pathname.startsWith("/blob/");
    const method = url.pathname.slice(SERVICE.length);
    const fault = faults.next(blob ? `${request.method === "PUT" ? "Put" : "Get"}Blob` : method);
    if (await meet(fault, response)) return;
    if (blob) {
      if (fault?.status !== undefined) {
        response.writeHead(fault.status, { "content-type": "application/xml", ...fault.headers }).end();
        return;
      }
      const complaint = blobs.handle(request, url, body, response);
      if (complaint !== null) violations.push(complaint);
      return;
    }
    const send = (status: number, value: object) => {
      if (cutAnswer(fault, response, status, Buffer.from(JSON.stringify(value)))) return;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    try {
      if (!url.pathname.startsWith(SERVICE)) throw new TwirpError(404, "bad_route", `no path ${url.pathname}`);
      const token = scopeOf(request.headers.authorization);
      if (fault?.status !== undefined) throw new TwirpError(fault.status, "test", fault.message ?? "");
      send(200, answer(method, parseJson(body.toString("utf8")), token));
    } catch (error) {
      if (!(error instanceof TwirpError)) violations.push(`${url.pathname}: ${String(error)}`);
      if (error instanceof TwirpError) send(error.status, { code: error.code, msg: error.message });
      else send(500, { code: "internal", msg: String(error) });
    }
  }

  const server = await listen(handle, network && { name: "results", network });
  return {
    url: `${server.url}/`,
    environment: (run = "run-1", job = "job-1") => ({
      ACTIONS_RESULTS_URL: `${server.url}/`,
      ACTIONS_RUNTIME_TOKEN: runtimeToken(run, job),
    }),
    artifacts: (run) => stored.filter((entry) => entry.finalized !== null && (run === undefined || entry.run === run)),
    put(run, wanted, bytes) {
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const artifact: StoredArtifact = {
        id: 7000 + stored.length,
        name: wanted,
        run,
        job: "job-1",
        createdAt: new Date().toISOString(),
        expiresAt: null,
        blob: blobs.add("application/zip", bytes),
        finalized: { size: bytes.length, digest },
      };
      stored.push(artifact);
      return artifact;
    },
    bytes: (wanted) => blobs.bytes(named(wanted).blob),
    files: (wanted) => unzip(blobs.bytes(named(wanted).blob)),
    signedUrl: (artifact) => `${server.url}${blobs.signedPath(artifact.blob, "r")}`,
    fail: (fault) => faults.add(fault),
    calls,
    violations,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function runtimeToken(run: string, job: string): string {
  return `${encode({ alg: "none" })}.${encode({ scp: `Actions.Results:${run}:${job}` })}.${randomBytes(9).toString("base64url")}`;
}

/** Run and job of a runtime token. @throws TwirpError 401 where there is none. */
function scopeOf(header: string | undefined): { run: string; job: string } {
  const [, claims] = /^Bearer [^.]+\.([^.]+)\.[^.]+$/.exec(header ?? "") ?? [];
  const parsed = z
    .object({ scp: z.string() })
    .safeParse(claims === undefined ? null : parseJson(Buffer.from(claims, "base64url").toString("utf8")));
  const [, run, job] = /(?:^| )Actions\.Results:([^:]+):([^: ]+)(?: |$)/.exec(parsed.data?.scp ?? "") ?? [];
  if (run === undefined || job === undefined) throw new TwirpError(401, "unauthenticated", "no valid runtime token");
  return { run, job };
}

/** Python's own zip reader: it is there wherever this project runs, and it checks every CRC. */
async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const folder = await mkdtemp(path.join(tmpdir(), "artifact-"));
  try {
    const archive = path.join(folder, "artifact.zip");
    const target = path.join(folder, "files");
    await writeFile(archive, bytes);
    await execa("python3", ["-m", "zipfile", "-e", archive, target]);
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    const files = new Map<string, Buffer>();
    for (const entry of entries.filter((found) => found.isFile())) {
      const file = path.join(entry.parentPath, entry.name);
      files.set(path.relative(target, file).replaceAll(path.sep, "/"), await readFile(file));
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

import { DefaultArtifactClient } from "@actions/artifact";
import { execa } from "execa";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ArtifactServer, startArtifacts } from "../support/artifact-server.ts";
import { writeFiles } from "../support/git-backend.ts";
import { startGitHub } from "../support/github-server.ts";

let server: ArtifactServer;
let folder: string;
const big = randomBytes(9_000_000).toString("base64");

beforeEach(async () => {
  server = await startArtifacts();
  folder = await mkdtemp(path.join(tmpdir(), "artifact-server-"));
  await writeFiles(folder, { "result.json": '{"schema":1}\n', "runs/a b/head-1.jsonl": `${big}\n` });
  vi.stubEnv("GITHUB_SERVER_URL", "https://github.com");
  vi.stubEnv("GITHUB_WORKSPACE", folder);
  vi.spyOn(process.stdout, "write").mockReturnValue(true);
  enter("run-1");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** The environment of a job of that run. */
function enter(run: string): void {
  for (const [name, value] of Object.entries(server.environment(run))) vi.stubEnv(name, value);
}

function upload(name = "bench") {
  const files = ["result.json", "runs/a b/head-1.jsonl"].map((file) => path.join(folder, file));
  return new DefaultArtifactClient().uploadArtifact(name, files, folder, { retentionDays: 7 });
}

function post(method: string, body: object, token = server.environment()["ACTIONS_RUNTIME_TOKEN"] ?? "") {
  return fetch(`${server.url}twirp/github.actions.results.api.v1.ArtifactService/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

describe("the artifact server", () => {
  it("takes a folder from the real client, in several blocks, and gives it back", async () => {
    const { id, size, digest } = await upload();
    const files = await server.files("bench");
    expect([...files.keys()].sort()).toEqual(["result.json", "runs/a b/head-1.jsonl"]);
    expect(files.get("runs/a b/head-1.jsonl")?.toString()).toBe(`${big}\n`);
    expect(server.artifacts("run-1")).toMatchObject([
      { id, name: "bench", finalized: { size, digest: `sha256:${digest}` } },
    ]);
    expect(server.calls.filter((call) => call.startsWith("PUT")).length).toBeGreaterThan(2);
    const client = new DefaultArtifactClient();
    const listed = await client.listArtifacts();
    expect(listed.artifacts.map((artifact) => artifact.name)).toEqual(["bench"]);
    const target = path.join(folder, "back");
    const back = await client.downloadArtifact(id ?? 0, { path: target, expectedHash: `sha256:${digest}` });
    expect(back.digestMismatch).toBe(false);
    expect(await readFile(path.join(target, "result.json"), "utf8")).toBe('{"schema":1}\n');
    expect(server.violations).toEqual([]);
  });

  it("keeps names unique in a run and runs apart", async () => {
    await upload();
    await expect(upload()).rejects.toThrow(/409.*already exists/s);
    enter("run-2");
    await expect(new DefaultArtifactClient().getArtifact("bench")).rejects.toThrow("Artifact not found");
    await upload();
    expect(server.artifacts().map((artifact) => artifact.run)).toEqual(["run-1", "run-2"]);
    await new DefaultArtifactClient().deleteArtifact("bench");
    expect(server.artifacts().map((artifact) => artifact.run)).toEqual(["run-1"]);
    expect(server.violations).toEqual([]);
  });

  it("shows them in the REST API too, where another run can fetch them", async () => {
    await using github = await startGitHub({ artifacts: server });
    const run = { event: "push", headBranch: "main", headSha: "a".repeat(40), status: "completed" } as const;
    github.runs.push({ id: 55, backendId: "run-1", conclusion: "success", path: ".github/workflows/b.yml", ...run });
    const { id } = await upload();
    const findBy = { token: github.token, workflowRunId: 55, repositoryOwner: "ada", repositoryName: "engine" };
    const target = path.join(folder, "elsewhere");
    // The client reads the address of the API when it is loaded, so it needs a process of its own.
    const program = `
      import { DefaultArtifactClient } from "@actions/artifact";
      await new DefaultArtifactClient().downloadArtifact(${id ?? 0}, ${JSON.stringify({ path: target, findBy })});`;
    const root = path.join(import.meta.dirname, "..", "..");
    const env = { GITHUB_API_URL: github.apiUrl };
    await execa(process.execPath, ["--input-type=module", "--eval", program], { cwd: root, env });
    expect(await readFile(path.join(target, "result.json"), "utf8")).toBe('{"schema":1}\n');
    expect(github.violations).toEqual([]);
  });

  it("refuses what GitHub refuses, and remembers it", async () => {
    const ids = { workflow_run_backend_id: "run-1", workflow_job_run_backend_id: "job-1" };
    expect((await post("CreateArtifact", { ...ids, name: "x" })).status).toBe(400);
    expect(
      (await post("CreateArtifact", { ...ids, name: "a/b", version: 7, mime_type: "application/zip" })).status,
    ).toBe(400);
    expect((await post("ListArtifacts", { ...ids, workflow_run_backend_id: "run-2" })).status).toBe(403);
    expect((await post("ListArtifacts", ids, "no-token")).status).toBe(401);
    expect((await post("MakeCoffee", ids)).status).toBe(404);
    const made = await post("CreateArtifact", { ...ids, name: "x", version: 7, mime_type: "application/zip" });
    const address = String(Reflect.get(Object(await made.json()), "signed_upload_url"));
    expect((await fetch(address.replace("sig=", "sig=0"), { method: "PUT", body: "x" })).status).toBe(403);
    expect(
      (await fetch(address, { method: "PUT", body: "x", headers: { "x-ms-blob-type": "BlockBlob" } })).status,
    ).toBe(201);
    const wrong = { ...ids, name: "x", size: "1", hash: `sha256:${"0".repeat(64)}` };
    expect((await post("FinalizeArtifact", wrong)).status).toBe(400);
    expect(server.artifacts()).toEqual([]);
    expect(server.violations).toHaveLength(3);
  });

  it("fails when a test says so", async () => {
    server.fail({ operation: "CreateArtifact", status: 403, message: "artifact storage is off" });
    await expect(upload()).rejects.toThrow(/403.*artifact storage is off/s);
  });
});

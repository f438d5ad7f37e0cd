/** Uploading the results folder with the real client, against a server that speaks the artifact protocol. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { artifactName } from "../../src/core/artifact-name.ts";
import { uploadResults } from "../../src/io/artifacts.ts";
import { type ArtifactServer, startArtifacts } from "../support/artifact-server.ts";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const runUrl = "https://github.com/ada/engine/actions/runs/9876543210/attempts/2";
const name = artifactName("apple-m4-max-64gb-3f2a", "9876543210", 2, "finetune-bench.yml");
let server: ArtifactServer;
let folder: TemporaryFolder;
let results: string;

beforeEach(async () => {
  server = await startArtifacts();
  folder = await temporaryFolder();
  results = path.join(folder.path, "results");
  await mkdir(path.join(results, "runs", "switch-matmul.strict.tiny.torch-cpu"), { recursive: true });
  await writeFile(path.join(results, "result.json"), '{"schema":1}');
  await writeFile(path.join(results, "runs", "switch-matmul.strict.tiny.torch-cpu", "head-1.jsonl"), "{}\n");
  for (const [key, value] of Object.entries(server.environment())) vi.stubEnv(key, value);
  vi.stubEnv("GITHUB_SERVER_URL", "https://github.com");
  vi.stubEnv("GITHUB_WORKSPACE", folder.path);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
  if (server.violations.length > 0) throw new Error(server.violations.join("\n"));
});

async function warningOfUpload(): Promise<string> {
  const outcome = await uploadResults({ folder: results, name, runUrl });
  return outcome.uploaded ? "" : outcome.warning;
}

test("every file arrives under its name, and the address leads to it", async () => {
  const outcome = await uploadResults({ folder: results, name, runUrl });
  expect(name).toBe("finetune-bench-apple-m4-max-64gb-3f2a-9876543210-2");
  const id = server.artifacts()[0]?.id;
  expect(outcome).toEqual({
    uploaded: true,
    url: `https://github.com/ada/engine/actions/runs/9876543210/artifacts/${id}`,
  });
  const files = await server.files(name);
  expect(Object.fromEntries([...files].map(([file, bytes]) => [file, bytes.toString()]))).toEqual({
    "result.json": '{"schema":1}',
    "runs/switch-matmul.strict.tiny.torch-cpu/head-1.jsonl": "{}\n",
  });
});

test("a link that the measured program left is not followed out of the folder", async () => {
  await writeFile(path.join(folder.path, "secret"), "token");
  await symlink(path.join(folder.path, "secret"), path.join(results, "innocent.txt"));
  await symlink(folder.path, path.join(results, "everything"));
  await uploadResults({ folder: results, name, runUrl });
  expect([...(await server.files(name)).keys()].sort()).toEqual([
    "result.json",
    "runs/switch-matmul.strict.tiny.torch-cpu/head-1.jsonl",
  ]);
});

test("a name that is taken costs no measurement: the next one is, until three are taken", async () => {
  for (let count = 0; count < 3; count++) {
    expect(await uploadResults({ folder: results, name, runUrl })).toMatchObject({ uploaded: true });
  }
  expect(server.artifacts().map((artifact) => artifact.name)).toEqual([name, `${name}-2`, `${name}-3`]);
  expect(await warningOfUpload()).toMatch(/409.*different runner keys.*results-path/);
});

test.each([
  ["CreateArtifact", "before", name],
  ["CreateArtifact", "after", `${name}-2`],
  ["FinalizeArtifact", "before", `${name}-2`],
  ["FinalizeArtifact", "after", name],
] as const)("a connection lost at %s, %s it was done, leaves one complete artifact", async (operation, cut, left) => {
  server.fail({ operation, cut });
  const outcome = await uploadResults({ folder: results, name, runUrl });
  const [artifact] = server.artifacts();
  expect(outcome).toMatchObject({
    uploaded: true,
    url: expect.stringMatching(new RegExp(`/artifacts/${artifact?.id}$`)),
  });
  expect(server.artifacts().map((stored) => stored.name)).toEqual([left]);
  expect([...(await server.files(left)).keys()]).toContain("result.json");
});

test("a service that never answers is given up", async () => {
  server.fail({ operation: "CreateArtifact", hang: true });
  expect(await uploadResults({ folder: results, name, runUrl, withinS: 1 })).toEqual({
    uploaded: false,
    warning: expect.stringMatching(/longer than 1 s.*results-path/),
  });
});

test("a server that refuses, is gone, is GitHub Enterprise Server or no workflow at all is a warning", async () => {
  server.fail({ operation: "CreateArtifact", status: 403, message: "storage quota: insufficient usage" });
  expect(await warningOfUpload()).toContain("quota");
  vi.stubEnv("GITHUB_SERVER_URL", "https://github.example.com");
  expect(await warningOfUpload()).toMatch(/Enterprise Server.*results-path/);
  vi.stubEnv("GITHUB_SERVER_URL", "https://github.com");
  vi.stubEnv("ACTIONS_RESULTS_URL", "http://127.0.0.1:9/");
  expect(await warningOfUpload()).toMatch(/was not uploaded: .*ECONNREFUSED/);
  vi.stubEnv("ACTIONS_RUNTIME_TOKEN", "");
  expect(await warningOfUpload()).toContain("only inside a workflow run");
});

test("an empty folder is no artifact", async () => {
  const empty = path.join(folder.path, "empty");
  await mkdir(empty);
  expect(await uploadResults({ folder: empty, name, runUrl })).toMatchObject({ uploaded: false });
});

/** `finetune-bench report` on a folder of `scripts/measure_gpu.py`: the same verdicts and history as of a job. */
import { execFile } from "node:child_process";
import { cp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { measuredSchema, type Measured } from "../../src/core/measured.ts";
import { readMeasured } from "../../src/io/measured-folder.ts";
import type { JobResult } from "../../src/core/result.ts";
import { directoryStore } from "../../src/io/directory-store.ts";
import { developmentPython } from "../support/development-python.ts";
import { localProject, type LocalProject } from "../support/local-command.ts";
import { withoutDisturbances } from "../support/undisturbed.ts";

const SCRIPT = path.resolve(import.meta.dirname, "..", "..", "scripts", "measure_gpu.py");
const NLI = "nli-bert-tiny.strict.tiny.torch-cpu";
const MATMUL = "switch-matmul.strict.tiny.torch-cpu";

let project: LocalProject;
let folder: string;

beforeAll(async () => {
  project = await localProject();
  folder = path.join(project.folder, "gpu");
  const torch = await developmentPython("torch");
  const which = ["--workload", "nli-bert-tiny", "--workload", "switch-matmul", "--backend", "torch-cpu"];
  const how = ["--minutes", "60", "--size", "tiny", "--repeats", "2", "--repository", "octo/models"];
  const where = ["--out", folder, "--cache", path.join(project.folder, "cache")];
  await promisify(execFile)(torch, [SCRIPT, ...which, ...how, ...where], {
    env: { ...process.env, FINETUNE_BENCH_LOCK_DIR: project.folder },
  });
});
afterAll(() => project[Symbol.asyncDispose]());

/** A copy of the folder, its manifest changed; what was done to the copy goes away with the project. */
async function copy(name: string, change: (measured: Measured) => unknown = (same) => same): Promise<string> {
  const to = path.join(project.folder, name);
  await rm(to, { recursive: true, force: true });
  await cp(folder, to, { recursive: true });
  const file = path.join(to, "measured.json");
  const measured = measuredSchema.parse(JSON.parse(await readFile(file, "utf8")));
  await writeFile(file, JSON.stringify(change(measured)));
  return to;
}

function resultOf(from: string): JobResult {
  const read = readMeasured(from);
  if ("fault" in read) throw new Error(read.fault);
  return read.result;
}

function stateOf(result: JobResult, id: string) {
  return result.benchmarks.find((benchmark) => benchmark.id === id)?.status;
}

/** The benchmark of this id, changed. */
function changed(measured: Measured, id: string, change: Partial<Measured["benchmarks"][number]>): Measured {
  const benchmarks = measured.benchmarks.map((one) =>
    `${one.title}.${one.backend}` === id ? { ...one, ...change } : one,
  );
  return { ...measured, benchmarks };
}

test("becomes a report and, where asked, the first point of a history that the next one is judged by", async () => {
  const first = await project.run(["report", "gpu", "--baseline", "dir:history", "--save"]);
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(/nli-bert-tiny\.strict\.tiny · torch-cpu/);
  const result = resultOf(folder);
  const [stored] = (await directoryStore("history", project.folder).read(result.runner_key)).results;
  expect(stored).toMatchObject({
    job: { repository: "octo/models", event: "local" },
    suite: { name: "measured-tiny", repeats: 2 },
    listed: [NLI, MATMUL],
  });
  for (const benchmark of stored?.benchmarks ?? []) {
    expect(benchmark.status).toEqual({ state: "complete" });
    expect(benchmark.work_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(benchmark.software?.facts).toHaveProperty("torch");
    expect(benchmark.runs.map(({ number, outcome }) => [number, outcome.status])).toEqual([
      [1, "ok"],
      [2, "ok"],
    ]);
  }
  expect(stored?.control.map(({ id, runs }) => [id, runs.length])).toEqual([["control.torch-cpu", 2]]);
  const history = path.join(project.folder, "history", result.runner_key);
  for (const file of await readdir(history)) await withoutDisturbances(path.join(history, file));
  await copy("again", (measured) => ({ ...measured, started_at_s: measured.started_at_s + 1 }));
  const second = await project.run(["report", "again", "--baseline", "dir:history"]);
  expect(second.stdout).toContain("1 earlier job");
});

test("says how to measure it again with the same script, whose words the script takes", async () => {
  const { stdout } = await project.run(["report", "gpu", "--baseline", "dir:nowhere"]);
  const place = /report +(\S+)/.exec(stdout)?.[1] ?? "";
  const report = await readFile(path.join(place, "report.md"), "utf8");
  expect(report).toContain("(a Python with the same packages)");
  const words = /^python \S+measure_gpu\.py (.*)$/m.exec(report)?.[1]?.split(" ") ?? [];
  expect(words.join(" ")).toMatch(
    /^--minutes \d+ --out measured --size tiny --repeats 2 --repository octo\/models --backend torch-cpu --workload nli-bert-tiny --workload switch-matmul$/,
  );
  // Every word before it is looked at first.
  await promisify(execFile)(await developmentPython("torch"), [SCRIPT, ...words, "--help"]);
});

test("what the limit cut off is listed as unmeasured", async () => {
  const message = "the limit of 4 min left no room for its 2 runs";
  const cut = await copy("cut", (all) => changed(all, MATMUL, { state: "cut", message, runs: [], work_hash: null }));
  expect(stateOf(resultOf(cut), MATMUL)).toEqual({ state: "cut", message });
  const { stdout, code } = await project.run(["report", "cut", "--baseline", "dir:elsewhere"]);
  expect(code).toBe(0);
  expect(stdout).toContain(message);
  expect(stdout).toMatch(/switch-matmul\.strict\.tiny/);
});

test("what was not run to its end is not complete, whatever the manifest says", async () => {
  const short = await copy("short", (all) => ({ ...all, repeats: 3 }));
  expect(stateOf(resultOf(short), NLI)).toMatchObject({
    state: "cut",
    message: expect.stringContaining("2 of 3 runs"),
  });
  const dead = await copy("dead");
  const file = path.join(dead, "runs", NLI, "head-2.jsonl");
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  await writeFile(file, `${lines.slice(0, -1).join("\n")}\n`);
  expect(stateOf(resultOf(dead), NLI)).toMatchObject({ state: "failed", reason: "bad-events" });
  expect(stateOf(resultOf(dead), MATMUL)).toEqual({ state: "complete" });
});

test("where nothing was seen of the machine the report says so", async () => {
  expect(unwatched(resultOf(folder))).toEqual([]);
  const spoilt = await copy("spoilt", (all) => ({ ...all, control: all.control.map(longer) }));
  const file = path.join(spoilt, "device.jsonl");
  const text = await readFile(file, "utf8");
  await writeFile(file, `${text.slice(0, text.indexOf("\n") + 1)}not a sample\n${text}`);
  expect(unwatched(resultOf(spoilt))).toEqual([
    expect.stringMatching(
      /^nothing is known of the machine in the last \d.* of measuring: device\.jsonl cannot be read from line 2 on: /,
    ),
  ]);
  await rm(file);
  expect(unwatched(resultOf(spoilt))).toEqual([
    expect.stringMatching(/of measuring: device\.jsonl holds no sample of it$/),
  ]);
});

test("a run that a signal ended is told as such", async () => {
  const killed = await copy("killed", (all) => {
    const runs = all.benchmarks[0]?.runs.map((run) => ({ ...run, code: -9 }));
    return changed(all, NLI, { state: "failed", message: "ended with -9", ...(runs === undefined ? {} : { runs }) });
  });
  const message = expect.stringContaining("SIGKILL");
  expect(stateOf(resultOf(killed), NLI)).toMatchObject({ state: "failed", reason: "killed", message });
});

describe("a folder that the script did not write is set aside with the reason", () => {
  test.each<[string, (to: string) => Promise<unknown>, RegExp]>([
    ["no probe", (to) => rm(path.join(to, "probe.json")), /it has no probe\.json/],
    ["no JSON", (to) => writeFile(path.join(to, "measured.json"), "{"), /its measured\.json is no valid JSON/],
    ["another schema", (to) => writeFile(path.join(to, "measured.json"), '{"schema":2}'), /schema: /],
    ["a link for events", (to) => linked(to, path.join("runs", NLI, "head-1.jsonl")), /no plain file of its own/],
    ["a link for a folder", (to) => linked(to, "runs"), /no plain file of its own/],
  ])("%s", async (name, spoil, reason) => {
    const to = await copy(name.replaceAll(" ", "-"));
    await spoil(to);
    const read = readMeasured(to);
    expect("fault" in read ? read.fault : "").toMatch(reason);
  });

  test.each<[string, (measured: Measured) => Measured, RegExp]>([
    ["a run that counts twice", (all) => changed(all, NLI, { runs: twice(all.benchmarks[0]?.runs) }), /do not grow/],
    ["a benchmark that counts twice", (all) => ({ ...all, benchmarks: twice(all.benchmarks) }), /stands there twice/],
  ])("%s", async (name, change, reason) => {
    const read = readMeasured(await copy(name.replaceAll(" ", "-"), change));
    expect("fault" in read ? read.fault : "").toMatch(reason);
  });

  test("a title that leads out of the folder", async () => {
    const to = await copy("out", (all) => changed(all, NLI, { title: "../../x" }));
    const { code, stdout, stderr } = await project.run(["report", "out"]);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain("benchmarks.0.title");
    expect(await readdir(to)).toContain("measured.json");
  });
});

/** The last run of the folder, a minute longer: however quick this machine is, a watcher would have seen some of it. */
function longer(control: Measured["control"][number]): Measured["control"][number] {
  return { ...control, runs: control.runs.map((run) => ({ ...run, duration_s: run.duration_s + 60 })) };
}

function unwatched({ warnings }: JobResult): string[] {
  return warnings.filter((line) => line.includes("device.jsonl"));
}

function twice<T>(all: readonly T[] = []): T[] {
  return all.flatMap((one) => [one, one]);
}

async function linked(folderOf: string, file: string): Promise<void> {
  const [at, beside] = [path.join(folderOf, file), `${folderOf}-moved`];
  await rm(beside, { recursive: true, force: true });
  await rename(at, beside);
  await symlink(beside, at);
}

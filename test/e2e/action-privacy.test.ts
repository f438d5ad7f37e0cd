/** What the shipped action publishes holds nothing that names the machine or its user. */
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { BenchProject, type Job } from "../support/bench-project.ts";

const SERIAL = "1650924008731";
const UUID = "GPU-1f0b6a52-9c3d-4e87-b1aa-77d2c0ffee42";
const USER = "alice.planted";
const RUNNER_NAME = "alices-secret-mac";
const programs = path.join(import.meta.dirname, "..", "..", "harness", "tests", "fixtures", "probe");

/** A program that says where it lives, and dies with it on its lips. */
const TELLTALE = `import os, sys, pathlib
home = pathlib.Path.home()
print("cache in", home / ".cache", flush=True)
sys.stderr.write(f"Traceback: {home}/engine/train.py\\n")
raise FileNotFoundError(home / "weights.bin")
`;

/** A board whose driver gives its serial number and UUID to whoever asks, in front of everything else on the PATH. */
async function plantBoard(folder: string): Promise<void> {
  const scenario = path.join(folder, "board.json");
  const text = await readFile(path.join(programs, "h200.json"), "utf8");
  const planted = text.replaceAll(/GPU-[0-9a-f-]{36}/g, UUID).replaceAll(/("serial": ")[^"]*/g, `$1${SERIAL}`);
  expect(planted).toContain(UUID);
  await writeFile(scenario, planted);
  await cp(path.join(programs, "programs.py"), path.join(folder, "programs.py"));
  const program = path.join(folder, "nvidia-smi");
  await writeFile(program, `#!/bin/sh\nexec python3 -I "${folder}/programs.py" "${scenario}" nvidia-smi "$@"\n`);
  await chmod(program, 0o755);
}

/** Ids this very machine has, where it tells them. */
async function ownIds(): Promise<string[]> {
  const files = ["/etc/machine-id", "/sys/class/dmi/id/product_uuid", "/sys/class/dmi/id/product_serial"];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  return texts.map((text) => text.trim()).filter((text) => text.length >= 8);
}

async function publishedBy(project: BenchProject, { result }: Job): Promise<Map<string, string>> {
  const published = new Map<string, string>([
    ["log", result.log],
    ["summary", result.summary ?? ""],
    ["annotations", JSON.stringify(result.annotations)],
    ...project.github.comments.of(7).map(({ id, body }) => [`comment ${id}`, body] as const),
  ]);
  for (const { name } of project.artifacts.artifacts()) {
    for (const [file, bytes] of await project.artifacts.files(name)) published.set(file, bytes.toString());
  }
  for (const file of await project.github.git.files("finetune-bench").catch(() => [])) {
    published.set(file, await project.github.git.readFile("finetune-bench", file));
  }
  return published;
}

it("keeps serial numbers, UUIDs, host, runner and user names to itself, whatever programs and errors say", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "privacy-"));
  try {
    const home = path.join(folder, "Users", USER);
    await mkdir(home, { recursive: true });
    await plantBoard(folder);
    await using project = await BenchProject.create({ suite: "repeats: 2\njudge: { confirm: never }\n" });
    const env = {
      HOME: home,
      USER,
      LOGNAME: USER,
      HOSTNAME: RUNNER_NAME,
      PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    };
    const options = { env, runnerName: RUNNER_NAME };
    const pushed = await project.push({ steady: { seed: "one" } }, options);
    project.extraFiles["train.py"] = TELLTALE;
    const pulled = await project.pullRequest(7, {}, options);
    expect(pushed.result.outputs).toMatchObject({ "baseline-saved": "true" });
    expect(pulled.result.outputs).toMatchObject({ verdict: "failed" });

    const secrets = [SERIAL, UUID, USER, RUNNER_NAME, home, ...(await ownIds())];
    // What every machine calls itself stands in the addresses of the servers here, and tells nothing.
    if (hostname().length >= 8 && !hostname().startsWith("localhost")) secrets.push(hostname());
    const published = new Map([...(await publishedBy(project, pushed)), ...(await publishedBy(project, pulled))]);
    const names = [...published.keys()];
    expect(names).toContain("device.jsonl");
    expect(names.some((name) => name.startsWith("comment"))).toBe(true);
    expect(names.some((name) => name.endsWith("-1.json"))).toBe(true);
    const told = [...published].flatMap(([name, text]) =>
      secrets.filter((secret) => text.includes(secret)).map((secret) => `${name} tells ${secret}`),
    );
    expect(told).toEqual([]);
    // What was replaced is there: the program did speak, and the board was seen.
    expect(published.get("runs/steady.torch-cpu/head-1.log")).toContain("~/weights.bin");
    expect(pulled.result.log).toContain("cache in ~/.cache");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** `finetune-bench judge` as a process: files, pipes, terminals and exit statuses. */
import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { judgeText } from "../../src/core/judge-file.ts";
import { faultLines, renderAnswer } from "../../src/io/judge-table.ts";
import { findPython } from "../../src/io/python.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const cli = path.resolve(import.meta.dirname, "..", "..", "src", "cli.ts");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function judge(args: readonly string[], input = "", program = [process.execPath]): Promise<Ended> {
  const [command = "", ...before] = program;
  const child = spawn(command, [...before, cli, "judge", ...args], { stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(input);
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
}

const metric = { name: "step_time", unit: "s", direction: "lower", class: "throughput" };
const runs = (values: readonly unknown[]): object[] => values.map((value) => ({ value }));
const good = {
  id: "lora",
  metric,
  history: [{ commit: "a", fingerprint: "f", repeats: runs([1, 1.01, 0.995]) }],
  fingerprint: "f",
  candidate: { repeats: runs([1.3, 1.31, 1.29]) },
  paired: null,
  paired_budget: 0,
};
const bad = { ...good, id: "broken", candidate: { repeats: runs(["soon"]) } };

function fileOf(...cases: readonly object[]): string {
  return JSON.stringify({ protocol: 1, kind: "decide", cases });
}

test("from a pipe to a pipe: the answer of the core, and status 0 although it is a regression", async () => {
  const { code, stdout, stderr } = await judge([], fileOf(good));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual(judgeText(fileOf(good)));
  expect(stdout).toContain('"verdict": "regression"');
  expect(await judge(["-", "--output", "-"], fileOf(good))).toEqual({ code, stdout, stderr });
});

test("from a file to a file: the old answer is replaced whole and nothing else is left", async () => {
  await using folder = await temporaryFolder();
  const [input, output] = [path.join(folder.path, "in.json"), path.join(folder.path, "out.json")];
  await writeFile(input, fileOf(good, bad));
  await writeFile(output, "old");
  const { code, stdout, stderr } = await judge([input, "--output", output]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe(
    'finetune-bench: case 2 "broken": candidate.repeats[0].value: must be a number, or null, "NaN", "Infinity" or "-Infinity" where a run gave none\n',
  );
  expect(JSON.parse(await readFile(output, "utf8"))).toEqual(judgeText(fileOf(good, bad)));
  expect((await readdir(folder.path)).toSorted()).toEqual(["in.json", "out.json"]);
});

test("bad input is status 2, says what is wrong, and leaves the old answer alone", async () => {
  await using folder = await temporaryFolder();
  const output = path.join(folder.path, "out.json");
  await writeFile(output, "old");
  const ended = await Promise.all([
    judge(["--output", output], "{"),
    judge([path.join(folder.path, "missing.json"), "--output", output]),
    judge(["--output", path.join(folder.path, "missing", "out.json")], fileOf(good)),
    judge(["--output", folder.path], fileOf(good)),
  ]);
  expect(ended.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  expect(ended.map(({ stderr }) => /not JSON|cannot be read|cannot be written/.exec(stderr)?.[0])).toEqual([
    "not JSON",
    "cannot be read",
    "cannot be written",
    "cannot be written",
  ]);
  expect(await readFile(output, "utf8")).toBe("old");
  expect(await readdir(folder.path)).toEqual(["out.json"]);
});

const PTY = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";

test("on a terminal: a table for people", async () => {
  await using folder = await temporaryFolder();
  const input = path.join(folder.path, "in.json");
  await writeFile(input, fileOf(good));
  const python = await findPython({});
  const { code, stdout } = await judge([input], "", [python.executable, "-c", PTY, process.execPath]);
  expect(code).toBe(0);
  expect(stdout.replaceAll("\r", "")).toBe(renderAnswer(judgeText(fileOf(good))));
});

test("the table shows change, pairs and doubts, and no foreign control character", () => {
  const open = { ...good, id: "noisy\u001B[31m", candidate: { repeats: runs([1.02, 0.95, 1.1]) } };
  const text = renderAnswer(judgeText(fileOf(good, open)));
  expect(text).toMatch(/^lora +\+29\.\d % \([^)]+\) +0 +regression, unconfirmed$/m);
  expect(text).toMatch(/^noisy +\+.*inconclusive: sees nothing below \d+(\.\d)? %$/m);
  expect(text).toContain("  lora, noisy: fewer than 3 stored jobs");
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F]/);
  expect(faultLines([{ index: 0, id: "x\n::error::", field: "", message: "m" }])).toEqual([
    'case 1 "x\\n::error::": m',
  ]);
});

test("change points on a terminal", () => {
  const series = Array.from({ length: 20 }, (_, index) => ({ value: index < 10 ? 1 : 1.2, fingerprint: "" }));
  const text = JSON.stringify({ protocol: 1, kind: "changepoints", cases: [{ id: "s", metric, series }] });
  expect(renderAnswer(judgeText(text))).toBe("series  new level from point  not sure yet\ns       10\n");
});

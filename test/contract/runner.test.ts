import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFiles } from "../support/git-backend.ts";
import { type ActionResult, type ActionRun, runAction } from "../support/runner.ts";
import { parseKeyValues, readSummary } from "../support/runner-files.ts";

let root: string;

const METADATA = `
name: fixture
description: prints what it is told to
inputs:
  words: { description: words, default: two words }
  my-token: { description: token, default: "\${{ github.token }}" }
outputs: { answer: { description: answer } }
runs: { using: node24, main: main.js, post: post.js }
`;

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "runner-"));
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

/** Runs an action whose entry is the given program. */
async function run(main: string, options: Partial<ActionRun> = {}, post = ""): Promise<ActionResult> {
  const actionDir = path.join(root, "action");
  await writeFiles(actionDir, { "action.yml": METADATA, "package.json": "{}", "main.js": main, "post.js": post });
  const workspace = path.join(root, "work", "engine", "engine");
  await writeFiles(workspace, { "README.md": "# engine\n" });
  return runAction({
    actionDir,
    workspace,
    home: path.join(root, "runner"),
    event: "push",
    payload: { ref: "refs/heads/main", after: "a".repeat(40) },
    github: { apiUrl: "http://127.0.0.1:1", fullName: "ada/engine", token: "ghs_secret" },
    ...options,
  });
}

const APPEND = `const fs = require("node:fs"); const put = (name, text) => fs.appendFileSync(process.env["GITHUB_" + name], text);`;

describe("the runner", () => {
  it("gives the entry its inputs and variables, Node 24 and no terminal", async () => {
    const program = `${APPEND}
      put("OUTPUT", "answer<<END\\n" + JSON.stringify({
        words: process.env.INPUT_WORDS, token: process.env["INPUT_MY-TOKEN"], node: process.version.split(".")[0],
        terminal: [process.stdin.isTTY, process.stdout.isTTY], cwd: process.cwd(), sha: process.env.GITHUB_SHA,
        payload: JSON.parse(fs.readFileSync(process.env.GITHUB_EVENT_PATH, "utf8")).ref, path: process.env.PATH,
      }, null, 1) + "\\nEND\\n");`;
    const result = await run(program, { inputs: { words: "three small words", wrods: "x" } });
    expect(result).toMatchObject({ code: 0, conclusion: "success", summary: null, orphans: [], signals: [] });
    const answer: unknown = JSON.parse(result.outputs["answer"] ?? "");
    expect(answer).toMatchObject({
      words: "three small words",
      token: "ghs_secret",
      node: "v24",
      terminal: [null, null],
      cwd: path.join(root, "work", "engine", "engine"),
      sha: "a".repeat(40),
      payload: "refs/heads/main",
      path: expect.not.stringContaining("node_modules"),
    });
    expect(result.annotations.map((annotation) => annotation.message)).toEqual([
      "Unexpected input(s) 'wrods', valid inputs are ['words', 'my-token']",
    ]);
  });

  it("hides secrets, and obeys no command while it is told to stop", async () => {
    const lines = [
      "::add-mask::hunter2",
      "the password is hunter2, the token ghs_secret",
      "::error file=a%2Cb.py,title=Broken%3A it::line one%0Aline two, 100%25",
      "::stop-commands::PAUSE",
      "::error::not a command",
      "::set-output name=answer::forged",
      "::PAUSE::",
      "text first ::notice::not a command either",
      "  ::notice::seen",
      "text first ##[warning]the old form counts anywhere",
    ];
    const result = await run(lines.map((line) => `console.log(${JSON.stringify(line)});`).join("\n"));
    expect(result.annotations).toEqual([
      { level: "error", message: "line one\nline two, 100%", title: "Broken: it", file: "a,b.py" },
      { level: "notice", message: "seen", title: null, file: null },
      { level: "warning", message: "the old form counts anywhere", title: null, file: null },
    ]);
    expect(result.outputs).toEqual({});
    expect(result.log).toContain("the password is ***, the token ***");
    expect(result.log).toContain("\n::error::not a command\n");
  });

  it("keeps ten annotations of a level and cuts long ones", async () => {
    const result = await run(`for (let i = 0; i < 12; i += 1) console.error("::warning::" + "x".repeat(5000));`);
    expect(result.annotations).toHaveLength(10);
    expect(result.annotations[0]?.message).toHaveLength(4096);
  });

  it("fails a step for disabled commands, bad files and a bad exit", async () => {
    expect(await run(`console.log("::set-env name=PATH::/evil")`)).toMatchObject({ code: 0, conclusion: "failure" });
    expect(await run(`console.log("::stop-commands::error")`)).toMatchObject({ code: 0, conclusion: "failure" });
    expect(await run(`${APPEND} put("OUTPUT", "no equals sign")`)).toMatchObject({ code: 0, conclusion: "failure" });
    expect(await run(`process.exitCode = 3`)).toMatchObject({ code: 3, conclusion: "failure" });
  });

  it("shows a summary of up to one MiB, and none beyond", async () => {
    const fits = await run(`${APPEND} put("STEP_SUMMARY", "# ghs_secret\\n" + "x".repeat(1024 * 1024 - 13))`);
    expect(fits.summary).toMatch(/^# \*\*\*\nx+$/);
    expect(fits.annotations).toEqual([]);
    const over = await run(`${APPEND} put("STEP_SUMMARY", "x".repeat(1024 * 1024 + 1))`);
    expect(over).toMatchObject({ summary: null, conclusion: "success" });
    expect(over.annotations[0]?.message).toMatch(/upload aborted, supports content up to a size of 1024k/);
  });

  it("hands state to the post script", async () => {
    const post = `console.log("post saw " + process.env.STATE_pid)`;
    expect((await run(`${APPEND} put("STATE", "pid=42\\n")`, {}, post)).log).toContain("post saw 42");
  });

  it("interrupts, and leaves a cooperative entry alone", async () => {
    const program = `
      process.on("SIGINT", () => { console.log("leaving"); process.exit(130); });
      setInterval(() => {}, 1000); console.log("ready");`;
    const result = await run(program, { cancelWhen: (log) => log.includes("ready") });
    expect(result).toMatchObject({ code: 130, conclusion: "cancelled", signals: ["SIGINT"], orphans: [] });
    expect(result.cancelMs).toBeLessThan(5000);
  });

  it("kills a stubborn tree after ten seconds and finds what it left behind", async () => {
    const program = `
      const { spawn } = require("node:child_process");
      spawn("sleep", ["60"], { detached: true, stdio: "ignore" });
      for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {});
      setInterval(() => {}, 1000); console.log("ready");`;
    const result = await run(program, { cancelWhen: (log) => log.includes("ready") });
    expect(result).toMatchObject({ code: null, conclusion: "cancelled", signals: ["SIGINT", "SIGTERM", "SIGKILL"] });
    expect(result.cancelMs).toBeGreaterThan(9900);
    // A detached child has left the tree when its parent is killed only if it was given to another one before.
    expect(result.orphans).toEqual([]);
    const gone = await run(
      `require("node:child_process").spawn("sleep", ["60"], { detached: true, stdio: "ignore" }).unref()`,
    );
    expect(gone.orphans).toHaveLength(1);
  });
});

describe("the files of the commands", () => {
  it("are read by the runner's rules", () => {
    const text = "a=1\n\nb=x=y<<z\nc<<E O F\n\n1\n=\nE O F\nd<<END\nEND\ne=";
    expect(parseKeyValues(text)).toEqual({ a: "1", b: "x=y<<z", c: "\n1\n=", d: "", e: "" });
    expect(() => parseKeyValues("a<<END\n1\n")).toThrow("Matching delimiter not found 'END'");
    expect(() => parseKeyValues("<<END\nEND\n")).toThrow("Name must not be empty");
    expect(() => parseKeyValues("=1")).toThrow("Invalid format '=1'");
    expect(() => parseKeyValues("plain")).toThrow("Invalid format 'plain'");
    expect(readSummary(Buffer.alloc(0))).toBeNull();
  });
});

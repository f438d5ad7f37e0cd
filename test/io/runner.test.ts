/** Inputs, outputs, annotations, groups and the log of the action, as a runner sees them from outside. */
import { writeFile, readFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { commandsIn } from "./runner-log.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const RUNNER = new URL("../../src/io/runner.ts", import.meta.url).href;

/** Runs a program that has `runner` imported, with the files and variables of a step. */
async function step(program: string, inputs: Record<string, string> = {}) {
  await using folder = await temporaryFolder();
  const output = path.join(folder.path, "output");
  await writeFile(output, "");
  const code = `import * as runner from ${JSON.stringify(RUNNER)};\n${program}`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", code], {
    env: { ...inputs, GITHUB_OUTPUT: output },
  });
  return { log: stdout, outputs: parseOutputs(await readFile(output, "utf8")) };
}

/** `name<<DELIMITER`, lines, `DELIMITER`. */
function parseOutputs(text: string): Record<string, string> {
  const blocks = text.matchAll(/^(\S+)<<(\S+)\r?\n([^]*?)\r?\n\2$/gm);
  return Object.fromEntries([...blocks].map(([, name = "", , value = ""]) => [name, value]));
}

test("inputs come trimmed, and an empty one is not given", async () => {
  const program = `console.log(JSON.stringify(["fail-on", "suite", "python"].map((name) => runner.actionInput(name) ?? null)));`;
  const { log } = await step(program, { "INPUT_FAIL-ON": " never ", INPUT_SUITE: "" });
  expect(JSON.parse(log)).toEqual(["never", null, null]);
});

test("outputs reach the file of the step whole, lines and all", async () => {
  const { outputs } = await step(`runner.setOutputs({
    verdict: "no-baseline", gate: "neutral", "runner-key": "a-1", "baseline-saved": false,
    "results-path": "/tmp/a b\\nname<<x", "artifact-url": "", "comment-url": "https://github.com/x",
  });`);
  expect(outputs).toEqual({
    verdict: "no-baseline",
    gate: "neutral",
    "runner-key": "a-1",
    "baseline-saved": "false",
    "results-path": "/tmp/a b\nname<<x",
    "artifact-url": "",
    "comment-url": "https://github.com/x",
  });
});

test("at most ten annotations of a level, each within the limit, and no foreign word among the commands", async () => {
  const { log } = await step(`
    const many = (level, count) => Array.from({ length: count }, (_, index) => ({ level, message: \`\${level} \${index}\` }));
    runner.annotate([
      ...many("warning", 13),
      ...many("error", 10),
      { level: "notice", message: "a\\n::add-mask::b %0A" + "x".repeat(5000), title: "t,a::b", file: "finetune-bench.yml", line: 3 },
    ]);
    runner.log("said ##[add-path]/tmp\\n::set-env name=A::b");
  `);
  const commands = commandsIn(log);
  const of = (name: string) => commands.filter((command) => command.name === name);
  expect(commands).toHaveLength(21);
  expect(of("error")).toHaveLength(10);
  expect(of("warning").map((command) => command.message)).toEqual([
    ...Array.from({ length: 9 }, (_, index) => `warning ${index}`),
    "4 more of this kind are in the log of this step",
  ]);
  for (const index of [9, 10, 11, 12]) expect(log).toContain(`warning:  warning ${index}`);
  expect(of("notice")).toMatchObject([
    { properties: { title: "t,a::b", file: "finetune-bench.yml", line: "3" }, message: /^a\n::add-mask::b %0Axxx/ },
  ]);
  expect(of("notice")[0]?.message).toHaveLength(4096);
});

test("a group is closed, and a secret is masked before anything else", async () => {
  const { log } = await step(`
    runner.maskSecret("s3cret");
    runner.maskSecret("");
    { using group = runner.openGroup("Install\\n::error::torch"); runner.log("inside"); }
  `);
  expect(commandsIn(log)).toMatchObject([
    { name: "add-mask", message: "s3cret" },
    { name: "group", message: "Install ::error::torch" },
    { name: "endgroup" },
  ]);
});

/** The options that `--help` lists, with defaults as a user would type them. */
import { Command } from "commander";
import { expect, test } from "vitest";
import { addQualify } from "../../src/commands/qualify.ts";
import { addRun } from "../../src/commands/run.ts";

const context = { harness: "", signal: new AbortController().signal, finish: (): void => {} };

test.each([
  ["run", addRun, "(default: 30m)"],
  ["qualify", addQualify, "(default: 5%)"],
])("defaults of %s read as they are given", (name, add, known) => {
  const program = new Command();
  add(program, context);
  const help = program.commands.find((command) => command.name() === name)?.helpInformation() ?? "";
  expect(help).toContain("--backend <backend>");
  expect(help).toContain(known);
  expect(help).not.toMatch(/\(default:\s+(\[|0\.)/);
});

/** What `--help` says of every command: options with defaults as a user would type them, and what its exit statuses mean. */
import type { Command } from "commander";
import { expect, test } from "vitest";
import { commandLine } from "../../src/command-line.ts";

const program = commandLine({ harness: "", signal: new AbortController().signal, finish: (): void => {} });

function named({ commands }: Command, before = ""): [name: string, command: Command][] {
  return commands.flatMap((command) => {
    const name = `${before}${command.name()}`;
    return [[name, command] as [string, Command], ...named(command, `${name} `)];
  });
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (more) => void (text += more) }).outputHelp();
  return text.replaceAll(/\s+/g, " ");
}

const all = named(program);
const actions = all.filter(([, { commands }]) => commands.length === 0);

test("there are as many as the README lists", () => {
  expect(all.map(([name]) => name).join(", ")).toBe(
    "run, report, judge, qualify, " +
      "baselines, baselines list, baselines show, baselines prune, baselines export, baselines import, validate, init",
  );
});

test.each(actions)("%s says what its exit statuses mean", (_name, command) => {
  expect(helpOf(command)).toMatch(
    /Exit status: 0 [a-z -]+(, 1 [a-z, -]+)?, 2 bad input, 70 a bug, 130 interrupted\. $/,
  );
});

test.each([
  ["run", "(default: 30m)"],
  ["qualify", "(default: 5%)"],
  ["qualify", "(default: 2h)"],
  ["baselines show", "(default: 30)"],
  ["validate", "(default: finetune-bench.yml)"],
])("%s shows a default as it is given: %s", (name, known) => {
  expect(helpOf(Object.fromEntries(all)[name] ?? program)).toContain(known);
});

test.each(all)("%s has no default that nobody would type", (_name, command) => {
  expect(helpOf(command)).not.toMatch(/\(default:\s+(\[|0\.|"|false|true)/);
});

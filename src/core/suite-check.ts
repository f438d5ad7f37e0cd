/** What a well-formed suite can still get wrong: names the catalogue does not have, values out of range, doubles. */
import type { Catalogue, Hyperparameter, Workload } from "./catalogue.ts";
import { didYouMean } from "./did-you-mean.ts";
import { titleOf, type CommandEntry, type WorkloadEntry } from "./suite.ts";
import type { Problem } from "./yaml-problems.ts";

/** An entry of `benchmarks` at its place; null: it is not well formed, and its mistakes are known already. */
export type ReadEntry = WorkloadEntry | CommandEntry | null;

export function checkEntries(entries: readonly ReadEntry[], catalogue: Catalogue): Problem[] {
  return [
    ...entries.flatMap((entry, index) =>
      checkEntry(entry, catalogue).map((problem) => ({ ...problem, path: ["benchmarks", index, ...problem.path] })),
    ),
    ...doubles(entries),
  ];
}

function checkEntry(entry: ReadEntry, catalogue: Catalogue): Problem[] {
  if (entry === null) return [];
  return "workload" in entry ? checkWorkload(entry, catalogue) : checkCommand(entry, catalogue);
}

function checkWorkload(entry: WorkloadEntry, catalogue: Catalogue): Problem[] {
  const names = catalogue.workloads.map((workload) => workload.name);
  const workload = catalogue.workloads.find((candidate) => candidate.name === entry.workload);
  if (workload === undefined) {
    return [
      {
        path: ["workload"],
        message: `there is no workload ${JSON.stringify(entry.workload)}; accepted: ${names.join(", ")}${didYouMean(entry.workload, names)}`,
      },
    ];
  }
  const problems: Problem[] = [];
  const presets = Object.keys(workload.presets);
  if (!presets.includes(entry.preset)) {
    problems.push({
      path: ["preset"],
      message: `${workload.name} has no preset ${JSON.stringify(entry.preset)}; accepted: ${presets.join(", ")}${didYouMean(entry.preset, presets)}`,
    });
  }
  for (const [at, backend] of (entry.backends ?? []).entries()) {
    if (!(workload.backends[backend] ?? []).includes(entry.size)) {
      problems.push({
        path: ["backends", at],
        message: `${workload.name} is not offered in size ${entry.size} on ${backend}; it is on ${offered(workload, entry.size)}`,
      });
    }
  }
  for (const [name, value] of Object.entries(entry.set)) {
    const message = checkHyperparameter(workload, name, value);
    if (message !== null) problems.push({ path: ["set", name], message, atKey: message.startsWith("there is no") });
  }
  return problems;
}

function offered(workload: Workload, size: WorkloadEntry["size"]): string {
  const backends = Object.entries(workload.backends).flatMap(([backend, sizes]) =>
    sizes.includes(size) ? [backend] : [],
  );
  return backends.join(", ") || "no backend";
}

function checkHyperparameter(workload: Workload, name: string, value: string | number | boolean): string | null {
  const known = workload.hyperparameters;
  const parameter = known.find((candidate) => candidate.name === name);
  if (parameter === undefined) {
    const names = known.map((candidate) => candidate.name);
    // The list may be cut: what helps most stands before it.
    const hint = didYouMean(name, names) || ";";
    return `there is no hyperparameter ${JSON.stringify(name)} in ${workload.name}${hint} accepted: ${names.join(", ")}`;
  }
  if (!hasType(value, parameter.type)) return `must be ${TYPE_WORDS[parameter.type]}; given ${JSON.stringify(value)}`;
  if (parameter.choices !== undefined && !parameter.choices.includes(value)) {
    return `must be one of ${parameter.choices.map(String).join(", ")}; given ${JSON.stringify(value)}`;
  }
  if (parameter.minimum !== undefined && typeof value === "number" && value < parameter.minimum) {
    return `must be at least ${parameter.minimum}; given ${value}`;
  }
  if (parameter.type === "int" && typeof value === "number" && !Number.isSafeInteger(value)) {
    return `must be at most ${Number.MAX_SAFE_INTEGER}; given ${value}`;
  }
  if (parameter.below !== undefined && typeof value === "number" && value >= parameter.below) {
    return `must be less than ${parameter.below}; given ${value}`;
  }
  return null;
}

const TYPE_WORDS = { int: "a whole number", float: "a number", bool: "true or false", str: "a text" } as const;

function hasType(value: string | number | boolean, type: Hyperparameter["type"]): boolean {
  switch (type) {
    case "int":
      return Number.isInteger(value);
    case "float":
      return typeof value === "number" && Number.isFinite(value);
    case "bool":
      return typeof value === "boolean";
    case "str":
      return typeof value === "string";
  }
}

/** Every job runs a benchmark of its own by this name. */
const CONTROL = "control";

/** A command's name must not read as that of something built in: its results would stand in that one's folder. */
function checkCommand({ name }: CommandEntry, catalogue: Catalogue): Problem[] {
  const isWorkload = catalogue.workloads.some((workload) => workload.name === name);
  if (!isWorkload && name !== CONTROL) return [];
  const what = isWorkload ? "a built-in workload" : "the control workload that every job runs";
  return [{ path: ["name"], message: `${name} is the name of ${what}; choose another` }];
}

/** Entries whose benchmark ids would be the same: equal titles on a backend that both may run on. */
function doubles(entries: readonly ReadEntry[]): Problem[] {
  return entries.flatMap((entry, index) => {
    if (entry === null) return [];
    const first = entries
      .slice(0, index)
      .findIndex((earlier) => earlier !== null && titleOf(earlier) === titleOf(entry) && meet(earlier, entry));
    return first === -1
      ? []
      : [{ path: ["benchmarks", index], message: `is ${titleOf(entry)} again, which benchmarks[${first}] already is` }];
  });
}

function meet(
  a: { backends?: readonly string[] | undefined },
  b: { backends?: readonly string[] | undefined },
): boolean {
  const { backends } = b;
  return a.backends === undefined || backends === undefined || a.backends.some((backend) => backends.includes(backend));
}

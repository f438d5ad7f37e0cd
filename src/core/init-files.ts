/** The two files that `init` writes: a suite that fits this machine, and the workflow with what is known filled in. */
import type { Backend } from "./backend.ts";
import type { Size } from "./catalogue.ts";

export interface InitBenchmark {
  readonly workload: string;
  readonly summary: string;
  readonly size: Size;
  /** Training rows in place of the workload's own; null: those. */
  readonly rows: number | null;
  /** Why it has this size. */
  readonly why: string;
}

export interface InitSuite {
  /** "Apple M4 Max, 40 cores, 64 GB". */
  readonly machine: string;
  /** Those that run where the suite names none. */
  readonly backends: readonly Backend[];
  readonly benchmarks: readonly InitBenchmark[];
  /** What else could be measured on them. */
  readonly others: readonly Pick<InitBenchmark, "workload" | "summary">[];
  /** The repository's own training program, if there is exactly one that looks like it. */
  readonly program: { readonly command: readonly string[]; readonly requirements: string | null } | null;
  /** Address of the suite's JSON Schema, for editors; null where nobody knows. */
  readonly schemaUrl: string | null;
}

/** Foreign words stand in comments only, each on one line. */
function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim()}`;
}

export function suiteText({ machine, backends, benchmarks, others, program, schemaUrl }: InitSuite): string {
  const lines = [
    ...(schemaUrl === null ? [] : [`# yaml-language-server: $schema=${schemaUrl}`]),
    "# What finetune-bench measures in this repository. `finetune-bench validate` explains mistakes, `finetune-bench run`",
    "# measures here, and the workflow beside it in every pull request.",
    comment(`Written on ${machine}: without \`backends\` a benchmark runs on ${backends.join(" and ")} there.`),
    "version: 1",
    "repeats: 3 # runs of every benchmark, each a process of its own",
    "judge: # these are the defaults; leave out what you do not change",
    "  min-effect: 2% # smallest change worth a verdict",
    '  max-tolerated: 5% # slow-down that "no change" must rule out',
    "  confirm: auto # run base and head in pairs where the history does not clear a benchmark; or never",
    "benchmarks:",
    ...benchmarks.flatMap(({ workload, summary, size, rows, why }) => [
      `  ${comment(`${summary}.`)}`,
      `  - workload: ${workload}`,
      "    preset: strict",
      `    size: ${size} ${comment(why)}`,
      ...(rows === null
        ? []
        : [`    set: { rows: ${rows} } # fewer than its own, so that pairs fit into the time budget`]),
    ]),
    ...(others.length === 0 ? [] : ["  # Other workloads, tiny in seconds, real as published (docs/workloads/):"]),
    ...others.map(({ workload, summary }) => `  # - { workload: ${workload}, size: tiny } ${comment(summary)}`),
    ...ownProgram(program ?? EXAMPLE, backends),
  ];
  return `${lines.join("\n")}\n`;
}

type Program = NonNullable<InitSuite["program"]>;

const EXAMPLE: Program = { command: ["python", "train.py"], requirements: "requirements.txt" };

/** Commented out: a program that does not write events yet would only fail. */
function ownProgram({ command, requirements }: Program, backends: readonly Backend[]): string[] {
  const backend = backends.find((name) => name.startsWith("torch-")) ?? backends[0] ?? "torch-cpu";
  return [
    "  # Your own program, once it writes one line a step to the file named by FINETUNE_BENCH_EVENTS (docs/protocol.md):",
    "  # - name: my-training",
    `  #   command: [${command.map((word) => JSON.stringify(word)).join(", ")}]`,
    ...(requirements === null ? [] : [`  #   requirements: ${requirements}`]),
    `  #   backends: [${backend}] # what it trains on`,
    "  #   timeout: 10m",
  ];
}

export interface InitWorkflow {
  /** Labels of the runner. */
  readonly labels: readonly string[];
  readonly branch: string;
  /** `owner/name@40 digits # version`; null: the placeholder stays. */
  readonly action: string | null;
}

const PLACEHOLDER = /OWNER\/finetune-bench@0{40} # v\S+/g;

/** The shipped file with what is known put in, and with what is left to do in its comment. */
export function workflowText(template: string, { labels, branch, action }: InitWorkflow): string {
  const ready = template
    .replaceAll("runs-on: [self-hosted]", () => `runs-on: [${labels.map(scalar).join(", ")}]`)
    .replace("branches: [main]", () => `branches: [${scalar(branch)}]`);
  return action === null ? ready : ready.replaceAll(PLACEHOLDER, () => action);
}

/** A name as it may stand in a YAML list. */
function scalar(text: string): string {
  return /^[A-Za-z][\w./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

/** The labels every self-hosted runner of such a machine has by itself. */
export function runnerLabels(os: "linux" | "macos" | "windows", arch: string): string[] {
  const system = { linux: "Linux", macos: "macOS", windows: "Windows" }[os];
  return ["self-hosted", system, /^(?:arm64|aarch64)$/i.test(arch) ? "ARM64" : "X64"];
}

/** `owner/name` of an address on GitHub as git knows it; null for any other. */
export function gitHubRepository(remote: string): string | null {
  const match =
    /^(?:https:\/\/(?:[^@/]+@)?github\.com\/|(?:ssh:\/\/)?git@github\.com[:/])([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(
      remote,
    );
  return match?.[1] ?? null;
}

/** The report as a check run of the commit: what GitHub is to be told, within its limits. */
import { changeOf, metricWords, sidesOf, verdictOf } from "./cells.ts";
import { terminalText } from "./escape.ts";
import { benchmarkName } from "./findings.ts";
import type { Gate } from "./gate.ts";
import { isAccepted } from "./gate.ts";
import type { JointReport } from "./joint.ts";
import { fitting } from "./markdown.ts";
import { movedRows } from "./markdown-tables.ts";
import type { RunnerRow } from "./parts.ts";
import { plain } from "./sentence.ts";
import { DEFAULT_SUITE } from "./suite-key.ts";

/** Of a title, characters. */
const LONGEST_TITLE = 255;
/** GitHub takes 65,535 characters of a summary; bytes are never fewer. */
const SUMMARY_BYTES = 65_000;
/** Of one request; more are added by further requests. */
const BATCH = 50;
/** The worst findings, four requests of them: the summary has all. */
const MOST_ANNOTATIONS = 200;
/** Of a message, characters: far below the 64 kB that GitHub takes. */
const LONGEST_MESSAGE = 4000;

export interface CheckAnnotation {
  /** From the root of the repository. */
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: "failure" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

export interface CheckRun {
  /** The same for every run of a suite: what a branch rule can require. */
  readonly name: string;
  readonly conclusion: "success" | "failure" | "neutral";
  /** Plain text. */
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  /** Worst first, as many as one request takes in each. */
  readonly annotations: readonly (readonly CheckAnnotation[])[];
}

const CONCLUSIONS: Readonly<Record<Gate, CheckRun["conclusion"]>> = {
  pass: "success",
  fail: "failure",
  neutral: "neutral",
};

/** What one suite is called that is not the usual file. */
export function checkNameOf(suite: string): string {
  return suite === DEFAULT_SUITE ? "finetune-bench" : `finetune-bench (${terminalText(suite, 100)})`;
}

export function checkRunOf(joint: JointReport): CheckRun {
  const suite = joint.reports[0]?.suite.name ?? DEFAULT_SUITE;
  const all = [...missingIn(joint), ...faultsOf(joint), ...movedRows(joint).map((row) => findingOf(row, joint))];
  const place = { path: pathOf(suite), start_line: 1, end_line: 1 };
  const annotations = all.slice(0, MOST_ANNOTATIONS).map((annotation) => ({ ...place, ...annotation }));
  return {
    name: checkNameOf(suite),
    conclusion: CONCLUSIONS[joint.gate.gate],
    title: terminalText(plain(joint.headline), LONGEST_TITLE),
    summary: fitting(joint, SUMMARY_BYTES),
    annotations: batches(annotations),
  };
}

type Remark = Pick<CheckAnnotation, "annotation_level" | "title" | "message">;

/** A built-in suite is no file: what is said of it stands at the file that would replace it. */
function pathOf(suite: string): string {
  const path = suite.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
  return /^(builtin:|\/|[a-z]:|\.\.)/i.test(path) ? DEFAULT_SUITE : terminalText(path, 500);
}

function missingIn({ missing, gate }: JointReport): Remark[] {
  return missing.map(({ name, reason }) => ({
    annotation_level: gate.gate === "fail" ? "failure" : "warning",
    title: terminalText(`No result of ${name}`, LONGEST_TITLE),
    message: terminalText(reason ?? "the log of the run says what became of its job", LONGEST_MESSAGE),
  }));
}

function faultsOf({ reports }: JointReport): Remark[] {
  const faults = new Set(reports.flatMap(({ store_faults }) => store_faults));
  return [...faults].map((fault) => ({
    annotation_level: "warning",
    title: "The history could not be read or stored",
    message: terminalText(fault, LONGEST_MESSAGE),
  }));
}

function findingOf({ comparison, report }: RunnerRow, joint: JointReport): Remark {
  const { base, head } = sidesOf(comparison);
  const { size, sense, interval } = changeOf(comparison);
  const sides = [base.value, head.value].filter((value) => value !== "").join(" → ");
  const change = [size, sense, interval === "" ? "" : `(${interval})`].filter((part) => part !== "").join(" ");
  const measured = [sides, change].filter((part) => part !== "").join(", ");
  const metric = plain(metricWords(comparison.metric));
  const what = metric === "" || measured === "" ? metric + measured : `${metric}: ${measured}`;
  return {
    annotation_level: levelOf({ comparison, report }, joint),
    title: terminalText(`${plain(benchmarkName(comparison))} on ${report.runner_key}`, LONGEST_TITLE),
    message: terminalText(
      [plain(verdictOf(comparison, report)), what].filter((part) => part !== "").join(" · "),
      LONGEST_MESSAGE,
    ),
  };
}

/** Nothing is a failure while the gate passes. */
function levelOf({ comparison }: RunnerRow, { gate }: JointReport): CheckAnnotation["annotation_level"] {
  if (isAccepted(comparison)) return "notice";
  switch (comparison.verdict) {
    case "failed":
      return gate.gate === "fail" ? "failure" : "warning";
    case "regression":
      return gate.gate === "fail" && !comparison.unconfirmed ? "failure" : "warning";
    case "incomparable":
    case "inconclusive":
      return "warning";
    case "no-baseline":
    case "improvement":
    case "no-change":
      return "notice";
  }
}

function batches(annotations: readonly CheckAnnotation[]): CheckAnnotation[][] {
  const count = Math.ceil(annotations.length / BATCH);
  return Array.from({ length: count }, (_, index) => annotations.slice(index * BATCH, (index + 1) * BATCH));
}

/** What to do about a finding: what failed, what changed, what has no history of its kind. */
import { ACCEPT_FILE } from "./accept.ts";
import type { Comparison } from "./comparison.ts";
import { benchmarkIds, isShown } from "./findings.ts";
import { cancelledPairs, notesOf, outOfTime } from "./pair-words.ts";
import type { ReportFacts } from "./report.ts";
import { listed, named, say, type Sentence } from "./sentence.ts";
import { counted } from "./units.ts";

export function adviceOnFailed(report: ReportFacts): Sentence[] {
  const { failures, comparisons } = report;
  const others = benchmarkIds(comparisons).length - failures.length;
  const measured = comparisons.some((comparison) => isShown(comparison) && comparison.verdict !== "failed");
  const rest: Sentence[] =
    others > 0 && measured ? [[`The other ${others === 1 ? "one was" : `${others} were`} measured as usual.`]] : [];
  if (failures.every(({ reason }) => reason === "missing")) {
    return [
      ["This runner has run it before: look for a broken driver or environment; the warnings say what was left out."],
      ...rest,
    ];
  }
  const below = failures.length === 1 ? "The error is below" : "The errors are below";
  if (failures.every(({ duration_s }) => duration_s === null)) return [[`${below}.`], ...rest];
  return [say`${below}, the whole log in the ${filesOf(report)} under ${named("runs/")}.`, ...rest];
}

function filesOf({ job }: ReportFacts): string {
  return job.event === "local" ? "results folder" : "artifact";
}

export function adviceOnUnconfirmed(report: ReportFacts, found: readonly Comparison[]): Sentence[] {
  const { suite, job } = report;
  const alone = "Judged against history alone, and one odd run can look like this.";
  const notes = whyNotPaired(report, found);
  if (notes.length > 0)
    return [["Not confirmed by pairs of base and head, and one odd run can look like this."], ...notes];
  if (suite.confirm === "never") {
    return [
      [alone],
      say`The suite says ${named("confirm: never")}; with ${named("confirm: auto")} base and head would be run in pairs.`,
    ];
  }
  if (job.event === "local") {
    return [[alone], say`Add ${named("--base REF")} to run that commit and this one in pairs.`];
  }
  return [
    [`${alone} Run it again: a real change comes back.`],
    say`More ${named("repeats")} in the suite (now ${String(suite.repeats)}) narrow the interval.`,
  ];
}

export function whyNotPaired(report: ReportFacts, found: readonly Comparison[]): Sentence[] {
  const cancelled = cancelledPairs(report, found);
  const early =
    cancelled.length === 0 ? [] : [say`The job was cancelled before all pairs of ${listed(cancelled)} were run.`];
  return [...early, ...outOfTime(report, found), ...notesOf(report, 2, found)];
}

export function confirmedBy({ pairs, metric }: Comparison): Sentence[] {
  if (pairs === 0) return [];
  if (metric?.class !== "throughput") return [["Confirmed against the base commit, measured today."]];
  return [[`Confirmed by ${counted(pairs, "interleaved base/head pair")}.`]];
}

export function adviceOnRegression(worst: Comparison, report: ReportFacts): Sentence[] {
  return [...confirmedBy(worst), ...natureOf(worst, report), ifMeant(report)];
}

function natureOf({ metric }: Comparison, report: ReportFacts): Sentence[] {
  if (metric?.class === "memory") {
    return [["Peak memory hardly varies between runs, so this is not noise: look for what is kept alive longer."]];
  }
  if (metric?.class === "loss") {
    return [
      [
        "Same seed, same data, other loss: look at precision, optimiser, data order and library versions. " +
          `The loss of every step is in the ${filesOf(report)}.`,
      ],
    ];
  }
  return [];
}

function ifMeant({ job }: ReportFacts): Sentence {
  const meant = say`If it is intended, add the lines below to ${named(ACCEPT_FILE)}`;
  return job.event === "local" ? say`${meant}.` : say`${meant}; if not, the command to reproduce it is below.`;
}

export function adviceOnOtherIdentity({ differences }: Comparison): Sentence {
  const kinds = new Set(differences.map(({ kind }) => kind));
  if (kinds.has("machine")) {
    return [
      "Another machine, or the same one set up differently, answers to this runner's name. The next stored job starts a new history for it.",
    ];
  }
  if (kinds.has("work"))
    return ["The benchmark does other work than before. The next stored job starts a new history for it."];
  return ["Other software is another series. The next stored job starts a new history with it."];
}

/** What to do about the verdict, in one or two sentences; nothing where there is nothing to do. */
import { benchmarkIds, isShown, withVerdict, worstFirst } from "./findings.ts";
import type { ReportFacts } from "./report.ts";
import { listed, named, say, type Sentence } from "./sentence.ts";
import { counted, formatAge, formatPercent } from "./units.ts";

/** A baseline older than this is said to be stale: drivers, heat and neighbours change within weeks. */
const STALE_DAYS = 30;

export function adviceOf(report: ReportFacts): Sentence[] {
  return [...forVerdict(report), ...forRecord(report), ...forAge(report), ...forGate(report)];
}

function forVerdict(report: ReportFacts): Sentence[] {
  const { comparisons, gate, suite } = report;
  const found = worstFirst(withVerdict(comparisons, gate.verdict));
  const [worst] = found;
  if (worst === undefined) return [["The suite has no benchmark that runs on this machine; see the log of the run."]];
  const many = benchmarkIds(comparisons).length;
  switch (gate.verdict) {
    case "failed":
      return failed(report, many);
    case "regression":
      if (worst.unconfirmed) {
        return [
          ["Judged against history alone, and one odd run can look like this. Run it again: a real change comes back."],
          say`More ${named("repeats")} in the suite (now ${String(suite.repeats)}) narrow the interval.`,
        ];
      }
      if (worst.metric?.class === "memory") {
        return [["Peak memory hardly varies between runs, so this is not noise: look for what is kept alive longer."]];
      }
      if (worst.metric?.class === "loss") {
        return [
          [
            "Same seed, same data, other loss: look at precision, optimiser, data order and library versions. " +
              `The loss of every step is in the ${filesOf(report)}.`,
          ],
        ];
      }
      return [];
    case "incomparable":
      return [incomparable(worst.differences.map(({ kind }) => kind))];
    case "no-baseline":
      return report.history_unread ? [] : noBaseline(report, many);
    case "inconclusive":
      return inconclusive(report);
    case "improvement":
      return worst.unconfirmed ? [["Judged against history alone; run it again to be sure."]] : [];
    case "no-change":
      return [];
  }
}

function failed(report: ReportFacts, total: number): Sentence[] {
  const { failures } = report;
  const others = total - failures.length;
  const measured = report.comparisons.some((comparison) => isShown(comparison) && comparison.verdict !== "failed");
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

function incomparable(kinds: readonly string[]): Sentence {
  if (kinds.includes("machine")) {
    return [
      "Another machine, or the same one set up differently, answers to this runner's name. The next stored job starts a new history for it.",
    ];
  }
  if (kinds.includes("work"))
    return ["The benchmark does other work than before. The next stored job starts a new history for it."];
  return ["Other software is another series. The next stored job starts a new history with it."];
}

function noBaseline({ recorded, job, runner_key, comparisons }: ReportFacts, many: number): Sentence[] {
  const fresh = withVerdict(comparisons, "no-baseline");
  const ids = benchmarkIds(fresh);
  if (ids.length < many) {
    const which = listed([...new Set(fresh.map(({ title }) => title))]);
    return [
      say`Nothing is stored for ${which}; the others were compared. A stored job gives ${ids.length === 1 ? "it" : "them"} a baseline.`,
    ];
  }
  if (recorded === "yes")
    return [
      say`Nothing was compared this time. From the next run on, results on ${named(runner_key)} are compared with this one.`,
    ];
  if (recorded === "failed") return [];
  const measured = `Measured ${counted(many, "benchmark")} and stored nothing, because `;
  if (job.pull_request !== null) {
    return [
      [
        `${measured}this is a pull request. Merge to record: the next push to the default branch stores the first baseline.`,
      ],
    ];
  }
  if (job.event === "local")
    return [say`${measured}this run was not asked to. Add ${named("--save")} to record the first baseline.`];
  return [[`${measured}this is not the default branch. The next push there stores the first baseline.`]];
}

function inconclusive(report: ReportFacts): Sentence[] {
  const found = withVerdict(report.comparisons, "inconclusive");
  const cut = new Set(report.cut.map(({ benchmark }) => benchmark));
  const advice: Sentence[] = [];
  const blind = Math.max(...found.map(({ smallest_detectable }) => smallest_detectable ?? 0));
  if (blind > 0) {
    const repeats = say`${named("repeats")} (now ${String(report.suite.repeats)})`;
    advice.push(
      say`A change below ${formatPercent(blind)} could not have been seen. More stored jobs and more ${repeats} make that smaller.`,
    );
  }
  if (cut.size > 0) {
    const count = counted(cut.size, "benchmark");
    advice.push(
      say`The time budget left no room for ${count}: raise ${named("time-budget")} or lower ${named("repeats")}.`,
    );
  }
  return advice;
}

/** A result that was to be stored and was not is said whatever the verdict. */
function forRecord({ recorded }: ReportFacts): Sentence[] {
  return recorded === "failed" ? [["This result could not be stored, so the history did not grow."]] : [];
}

function forAge({ baseline }: ReportFacts): Sentence[] {
  if (baseline === null || baseline.age_days < STALE_DAYS) return [];
  return [
    [`The newest baseline is ${formatAge(baseline.age_days)}: run the benchmark on the default branch to renew it.`],
  ];
}

/** A red check says why it is red. */
function forGate({ gate }: ReportFacts): Sentence[] {
  return gate.gate === "fail" ? [say`The gate fails (${gate.reason}).`] : [];
}

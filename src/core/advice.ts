/** What to do about the verdict, in one or two sentences; nothing where there is nothing to do. */
import { ACCEPT_FILE } from "./accept.ts";
import {
  adviceOnFailed,
  adviceOnOtherIdentity,
  adviceOnRegression,
  adviceOnUnconfirmed,
  confirmedBy,
  whyNotPaired,
} from "./advice-found.ts";
import { adviceOnFresh } from "./advice-fresh.ts";
import { adviceOnUndecided } from "./advice-undecided.ts";
import { metricWords } from "./cells.ts";
import type { ChangePoint, Comparison, ControlFinding } from "./comparison.ts";
import { likelyCause } from "./control-words.ts";
import { accepted, benchmarkName, worstFirst } from "./findings.ts";
import { reasonOf } from "./headline.ts";
import { leadOf, movedControls } from "./lead.ts";
import { isMeasuredToday } from "./pair-words.ts";
import type { Recorded, ReportFacts } from "./report.ts";
import { named, say, sentenceCase, type Sentence } from "./sentence.ts";
import { counted, formatAge, formatChange } from "./units.ts";

/** Of accepted changes, lines: the table has all of them. */
const MOST_ACCEPTED = 3;

export function adviceOf(report: ReportFacts): Sentence[] {
  return [...adviceOnFindings(report), ...forGate(report)];
}

/** Without what the gate makes of it. */
export function adviceOnFindings(report: ReportFacts): Sentence[] {
  return [...forLead(report), ...adviceOnRunner(report)];
}

/** What there is to say whatever the verdict: of the machine, its history and what was accepted. */
export function adviceOnRunner(report: ReportFacts): Sentence[] {
  return [
    ...forMachine(report),
    ...forIdentity(report),
    ...forAccepted(report),
    ...forAge(report),
    ...forRecord(report),
  ];
}

function forLead(report: ReportFacts): Sentence[] {
  const lead = leadOf(report);
  switch (lead.about) {
    case "machine":
      return machineMoved(lead.control, report);
    case "change-point":
      return [...changedSince(lead.point, report), ...adviceOnUndecided(report)];
    case "verdict":
      return forVerdict(report, lead.found);
    case "stale-baseline":
      return whyNotPaired(report, lead.found);
    case "accepted":
      return [];
  }
}

function forVerdict(report: ReportFacts, found: readonly Comparison[]): Sentence[] {
  const [worst] = found;
  if (worst === undefined) return [["The suite has no benchmark that runs on this machine; see the log of the run."]];
  switch (report.gate.verdict) {
    case "failed":
      return adviceOnFailed(report);
    case "regression":
      return worst.unconfirmed ? adviceOnUnconfirmed(report, found) : adviceOnRegression(worst, report);
    case "incomparable":
      return [adviceOnOtherIdentity(worst), ...whyNotPaired(report, found)];
    case "no-baseline":
      return report.history_unread ? [] : [...adviceOnFresh(report), ...whyNotPaired(report, found)];
    case "inconclusive":
      return adviceOnUndecided(report);
    case "improvement":
      if (!worst.unconfirmed) return confirmedBy(worst);
      return [["Judged against history alone; run it again to be sure."], ...whyNotPaired(report, found)];
    case "no-change":
      return [];
  }
}

function machineMoved(control: ControlFinding, report: ReportFacts): Sentence[] {
  const whose = report.job.pull_request === null ? "this run's" : "this pull request's";
  const where = report.control.length > 1 ? ` · ${control.backend}` : "";
  const cause = likelyCause(control, report);
  return [
    say`No verdict on ${whose} speed from ${named(report.runner_key)}${where}.`,
    cause ?? ["Look for other programs, heat and power settings."],
    say`Run it again when the machine is as usual; ${named("finetune-bench qualify")} shows what disturbs it and what it can detect.`,
  ];
}

/** Said whatever the verdict, if the headline does not say it. */
function forMachine(report: ReportFacts): Sentence[] {
  if (leadOf(report).about === "machine") return [];
  return movedControls(report).flatMap((control) => {
    const cause = likelyCause(control, report);
    const moved = `The machine moved, so the speeds of ${control.backend} have no verdict: run it again when it is as usual.`;
    return cause === null ? [[moved]] : [[moved], cause];
  });
}

function changedSince({ last_good, jobs, pending }: ChangePoint, { job }: ReportFacts): Sentence[] {
  const level = `${counted(jobs, "job")} ${jobs === 1 ? "stands" : "stand"} on the new level`;
  if (pending) return [[`Only ${level}: the next ones tell whether it stays.`]];
  const from = last_good === null ? [] : say`The last good commit is ${named(last_good.slice(0, 7))}; `;
  const meant = say`If it is intended, add the lines below to ${named(ACCEPT_FILE)}`;
  const isRepeatable = last_good !== null && job.event !== "local";
  return [
    say`${from}${level}.`,
    isRepeatable ? say`${meant}; if not, the command to compare both commits is below.` : say`${meant}.`,
  ];
}

/** The history is of another identity, and pairs made up for it. */
function forIdentity({ comparisons, environment, job }: ReportFacts): Sentence[] {
  const paired = comparisons.filter(({ pairs }) => pairs > 0);
  if (paired.length > 0 && environment.proposed.length > 0) {
    const whose = job.pull_request === null ? "This change" : "This pull request";
    const brought = reasonOf([{ differences: environment.proposed }]);
    return [say`${whose} brings ${brought}: base and head were measured today, each with its own.`];
  }
  if (paired.every(({ environment_shift: shift }) => shift === null)) return [];
  const own = paired.some(({ differences }) => differences.length > 0);
  const reason = reasonOf(own ? paired : [environment]);
  return [say`Not comparable with its history (${reason}): base and head were measured today instead.`];
}

function forAccepted({ comparisons }: ReportFacts): Sentence[] {
  const found = worstFirst(accepted(comparisons));
  const lines = found.slice(0, MOST_ACCEPTED).map((comparison): Sentence => {
    const { effect, metric, accepted: word } = comparison;
    const size = effect === null ? "A change" : formatChange(effect);
    const what = metric === null || metric.primary ? [] : say` ${metricWords(metric)}`;
    return say`${size}${what} on ${benchmarkName(comparison)}: accepted in ${named(ACCEPT_FILE)} (“${named(word?.reason ?? "")}”, until ${word?.expires ?? ""}).`;
  });
  const rest = found.length - lines.length;
  return rest > 0 ? [...lines, [`${counted(rest, "more accepted change")} below.`]] : lines;
}

const RENEWED: Partial<Record<Recorded, string>> = {
  yes: "This run renews it.",
  later: "The report of this run renews it.",
};

/** A history that is too old is loud, whatever was measured instead. */
function forAge(report: ReportFacts): Sentence[] {
  const { baseline, suite, recorded } = report;
  if (baseline?.stale !== true) return [];
  const limit = `the limit is ${counted(suite.max_baseline_age_days, "day")}`;
  const renewed = RENEWED[recorded] ?? "Run the benchmark on the default branch to renew it.";
  if (leadOf(report).about === "stale-baseline") return [[`${sentenceCase(limit)}. ${renewed}`]];
  const instead = isMeasuredToday(report) ? "; base and head were measured today instead" : "";
  const age = `The newest baseline is ${formatAge(baseline.age_days)}, ${limit}`;
  return [[`${age}: nothing was judged against it${instead}. ${renewed}`]];
}

/** A result that was to be stored and was not is said whatever the verdict. */
function forRecord({ recorded }: ReportFacts): Sentence[] {
  return recorded === "failed" ? [["This result could not be stored, so the history did not grow."]] : [];
}

/** A red check says why it is red. */
export function forGate({ gate }: Pick<ReportFacts, "gate">): Sentence[] {
  return gate.gate === "fail" ? [say`The gate fails (${gate.reason}).`] : [];
}

/** The one sentence that the reports of several runners come down to. */
import { changed, headlineOf, reasonOf } from "./headline.ts";
import { failureInWords } from "./failure-words.ts";
import { benchmarkIds, benchmarkName } from "./findings.ts";
import type { JointFacts } from "./joint.ts";
import { benchmarkCount, partsWorstFirst, runnerKeys, runnersInWords, type Part } from "./parts.ts";
import type { Report } from "./report.ts";
import { listed, named, plain, say, type Sentence } from "./sentence.ts";
import { counted } from "./units.ts";

/** That of the only runner, or of the worst; what others share with it, and what nobody heard of, is told with it. */
export function jointHeadline(facts: JointFacts): Sentence {
  if (facts.reports.length === 0) return ["No result of this run reached the report"];
  const parts = partsWorstFirst(facts);
  const worst = parts.filter(({ standing }) => standing === parts[0]?.standing);
  const headline = [...together(worst, facts), ...aboutTheRest(worst, parts)];
  return withMissing(headline, worst, facts);
}

function together(worst: readonly Part[], { reports }: JointFacts): Sentence {
  const [first, ...more] = worst;
  if (first === undefined) return ["Nothing was measured"];
  // Alone, a report of failures names no runner.
  if (more.length === 0 && (first.standing !== "failed" || reports.length === 1)) return headlineOf(first.report);
  const where = runnersInWords(reportsOf(worst));
  const total = benchmarkCount(reports);
  switch (first.standing) {
    case "failed":
      return failed(worst, total);
    case "regression":
    case "unconfirmed":
    case "improvement":
      return changedOnSeveral(worst);
    case "change-point":
      return headlineOf(first.report);
    case "incomparable": {
      const affected = affectedBy(worst);
      const whose = say`on ${where} are not comparable with their history`;
      const found = worst.flatMap(({ lead }) => ("found" in lead ? lead.found : []));
      return say`${affected === total ? counted(total, "benchmark") : `${affected} of ${counted(total, "benchmark")}`} ${whose}: ${reasonOf(found)}`;
    }
    case "no-baseline":
      return (
        sameWords(worst) ??
        say`${String(affectedBy(worst))} of ${counted(total, "benchmark")} on ${where} have no baseline`
      );
    case "inconclusive":
      return undecided(worst, total);
    case "accepted":
      return say`${counted(affectedBy(worst), "accepted change")} on ${where}, nothing else`;
    case "no-change":
      return say`No change in ${counted(total, "benchmark")} on ${where}`;
  }
}

function reportsOf(parts: readonly Part[]): Report[] {
  return parts.map(({ report }) => report);
}

/** Comparisons of accepted changes, benchmarks of everything else. */
function affectedBy(parts: readonly Part[]): number {
  return parts.reduce((total, { lead }) => {
    if (!("found" in lead)) return total;
    return total + (lead.about === "accepted" ? lead.found.length : benchmarkIds(lead.found).length);
  }, 0);
}

function failed(worst: readonly Part[], total: number): Sentence {
  const failures = worst.flatMap(({ report }) => report.failures.map((failure) => ({ failure, report })));
  const [first] = failures;
  if (first === undefined) return say`Benchmarks failed on ${runnersInWords(reportsOf(worst))}`;
  const one = say`${benchmarkName(first.failure)} ${failureInWords(first.failure)} on ${named(first.report.runner_key)}`;
  if (failures.length === 1) return say`1 of ${counted(total, "benchmark")} failed: ${one}`;
  const runners = runnerKeys(reportsOf(worst)).length;
  const where = runners === 1 ? "" : ` on ${runners} runners`;
  const count = failures.length === total ? `All ${total}` : `${failures.length} of ${total}`;
  return say`${count} benchmarks failed${where}; the first: ${one}`;
}

/** The largest change with its runner, and how many there are beside it. */
function changedOnSeveral(worst: readonly Part[]): Sentence {
  const [first, ...more] = worst;
  const comparison = first !== undefined && first.lead.about === "verdict" ? first.lead.found[0] : undefined;
  if (first === undefined || comparison === undefined) return [];
  const others = affectedBy(worst) - 1;
  const where = runnersInWords(reportsOf(affectedBy([first]) > 1 ? worst : more));
  const one = changed(comparison, 0, first.report);
  const did = comparison.verdict === "regression" ? "got worse" : "improved";
  return say`${one}, and ${counted(others, "other benchmark")} ${did} on ${where}`;
}

function undecided(worst: readonly Part[], total: number): Sentence {
  const moved = worst.filter(({ lead }) => lead.about === "machine");
  const [first] = moved;
  if (first !== undefined) {
    const one = headlineOf(first.report);
    const count = runnerKeys(reportsOf(moved)).length;
    return count === 1 ? one : renamed(one, "The machine moved: ", `${count} machines moved: `);
  }
  return (
    sameWords(worst) ??
    say`Cannot tell: ${String(affectedBy(worst))} of ${counted(total, "benchmark")} on ${runnersInWords(reportsOf(worst))} are undecided`
  );
}

function renamed(sentence: Sentence, before: string, after: string): Sentence {
  return sentence.map((part) => (typeof part === "string" ? part.replace(before, after) : part));
}

/** What each of them says alone, where it holds no count and differs in nothing but the runner's name. */
function sameWords(parts: readonly Part[]): Sentence | null {
  const sentences = parts.map(({ report }) =>
    headlineOf(report).flatMap((part) =>
      typeof part !== "string" && part.name === report.runner_key ? runnersInWords(reportsOf(parts)) : [part],
    ),
  );
  const [first] = sentences;
  if (first === undefined || sentences.some((sentence) => plain(sentence) !== plain(first))) return null;
  return /\d+ (of|benchmarks?)\b/.test(plain(first)) ? null : first;
}

/** Runners that are clear while others cannot tell; whatever else they say stands below. */
function aboutTheRest(worst: readonly Part[], parts: readonly Part[]): Sentence {
  const rest = parts.filter((part) => !worst.includes(part));
  const isOpen = ["incomparable", "no-baseline", "inconclusive"].includes(worst[0]?.standing ?? "");
  if (!isOpen || rest.length === 0 || rest.some(({ standing }) => standing !== "no-change")) return [];
  const others = reportsOf(rest);
  const keys = runnerKeys(others);
  // Another job of the same runner would seem to contradict what was said of it.
  if (worst.some(({ report }) => keys.includes(report.runner_key))) return [];
  return say`; no change on ${keys.length === 1 ? "" : "the other "}${runnersInWords(others)}`;
}

function withMissing(headline: Sentence, worst: readonly Part[], { reports, missing }: JointFacts): Sentence {
  if (missing.length === 0) return headline;
  const all = missing.length + reports.length;
  const who = missing.length === 1 ? listed(missing.map(({ name }) => name)) : [`${missing.length} of ${all} runners`];
  const isBad = ["failed", "regression", "change-point", "unconfirmed"].includes(worst[0]?.standing ?? "");
  return isBad ? say`${headline}, and nothing came from ${who}` : say`Nothing came from ${who}; ${lowered(headline)}`;
}

/** For the middle of a sentence. */
function lowered([first, ...rest]: Sentence): Sentence {
  if (typeof first !== "string") return first === undefined ? [] : [first, ...rest];
  return [first.charAt(0).toLowerCase() + first.slice(1), ...rest];
}

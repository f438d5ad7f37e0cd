/** What to do about the findings of several runners: about the worst first, then about each of the others. */
import { adviceOnFailed } from "./advice-found.ts";
import { adviceOf, adviceOnFindings, adviceOnRunner, forGate } from "./advice.ts";
import { headlineOf } from "./headline.ts";
import type { JointFacts, JointReport, MissingRunner } from "./joint.ts";
import { partsWorstFirst, type Part, type Standing } from "./parts.ts";
import type { Report } from "./report.ts";
import { listed, named, plain, say, type Sentence } from "./sentence.ts";
import { counted } from "./units.ts";

type Advice = Pick<JointReport, "advice" | "beside">;

/** Of runners that delivered nothing, names: the rest is counted. */
const MOST_MISSING = 5;

export function adviceOfJoint(facts: JointFacts): Advice {
  const [only, ...more] = facts.reports;
  if (only !== undefined && more.length === 0 && facts.missing.length === 0) {
    return { advice: adviceOf(only), beside: [] };
  }
  if (only === undefined)
    return { advice: [...aboutMissing(facts.missing), ...aboutNothing(facts), ...forGate(facts)], beside: [] };
  const parts = partsWorstFirst(facts);
  const worst = parts.filter(({ standing }) => standing === parts[0]?.standing);
  const rest = parts.filter((part) => !worst.includes(part));
  const { shared, own } = adviceOnWorst(worst, parts);
  return {
    advice: [...aboutMissing(facts.missing), ...shared, ...forGate(facts)],
    beside: together([...own, ...rest.flatMap(aboutPart)]),
  };
}

/** The table and the lines to accept tell of every change; what to do about them is said once. */
const SAID_ONCE: ReadonlySet<Standing> = new Set<Standing>(["regression", "improvement", "unconfirmed"]);

function adviceOnWorst(worst: readonly Part[], parts: readonly Part[]): { shared: Sentence[]; own: Advice["beside"] } {
  const [first, ...more] = worst;
  if (first === undefined) return { shared: [], own: [] };
  // How many were measured as usual is told of all runners.
  if (first.standing === "failed")
    return { shared: adviceOnFailed(merged(first.report, parts)), own: worst.flatMap(withoutHeadline) };
  if (more.length === 0 || SAID_ONCE.has(first.standing)) {
    return { shared: adviceOnFindings(first.report), own: more.flatMap(withoutHeadline) };
  }
  if (first.standing === "accepted" || isFreshAlike(worst))
    return { shared: adviceOnAll(first.report, worst), own: [] };
  const own = worst.flatMap(({ report }) => entryOf(report, adviceOnFindings(report)));
  const words = new Set(own.map(({ sentences }) => sentences.map(plain).join(" ")));
  return own.length === worst.length && words.size === 1
    ? { shared: adviceOnFindings(first.report), own: [] }
    : { shared: [], own };
}

/** Nothing is stored for any of them, for the same reason. */
function isFreshAlike(parts: readonly Part[]): boolean {
  const [first] = parts;
  return parts.every(
    ({ standing, lead, report }) =>
      standing === "no-baseline" &&
      lead.about === "verdict" &&
      report.recorded === first?.report.recorded &&
      report.history_unread === first.report.history_unread,
  );
}

/** What one report would advise that holds the findings of all. */
function adviceOnAll(first: Report, parts: readonly Part[]): Sentence[] {
  return renamed(adviceOnFindings(merged(first, parts)), [first.runner_key], ["these runners"]);
}

/** The first report with the findings of all, in which a benchmark of two runners is two. */
function merged(first: Report, parts: readonly Part[]): Report {
  const reports = parts.map(({ report }) => withOwnIds(report));
  return {
    ...first,
    comparisons: reports.flatMap(({ comparisons }) => comparisons),
    failures: reports.flatMap(({ failures }) => failures),
    disturbances: reports.flatMap(({ disturbances }) => disturbances),
    control: reports.flatMap(({ control }) => control),
  };
}

function withOwnIds(report: Report): Pick<Report, "comparisons" | "failures" | "disturbances" | "control"> {
  const own = <Entry extends { benchmark: string }>(entries: readonly Entry[]): Entry[] =>
    entries.map((entry) => ({ ...entry, benchmark: `${report.runner_key} ${entry.benchmark}` }));
  const { comparisons, failures, disturbances, control } = report;
  return { comparisons: own(comparisons), failures: own(failures), disturbances: own(disturbances), control };
}

/** A runner that is not what the headline is about: its own headline, and what to do about it. */
function aboutPart({ report, standing }: Part): Advice["beside"] {
  const advice = adviceOnFindings(report);
  return entryOf(report, standing === "no-change" ? advice : [say`${headlineOf(report)}.`, ...advice]);
}

/** The headline has told of its change; what remains is what concerns its machine and its history. */
function withoutHeadline({ report }: Part): Advice["beside"] {
  return entryOf(report, adviceOnRunner(report));
}

function entryOf({ runner_key }: Report, sentences: readonly Sentence[]): Advice["beside"] {
  return sentences.length === 0 ? [] : [{ runner_keys: [runner_key], sentences: [...sentences] }];
}

/** Entries that differ in nothing but the runner's name as one. */
function together(entries: Advice["beside"]): Advice["beside"] {
  const alike = Map.groupBy(entries, ({ runner_keys, sentences }) =>
    JSON.stringify(renamed(sentences, runner_keys, ["…"])),
  );
  return [...alike.values()].flatMap((group) => {
    const keys = [...new Set(group.flatMap(({ runner_keys }) => runner_keys))];
    const [first] = group;
    return first === undefined
      ? []
      : [{ runner_keys: keys, sentences: renamed(first.sentences, first.runner_keys, listed(keys)) }];
  });
}

function renamed(sentences: readonly Sentence[], keys: readonly string[], words: Sentence): Sentence[] {
  return sentences.map((sentence) =>
    sentence.flatMap((part) => (typeof part !== "string" && keys.includes(part.name) ? words : [part])),
  );
}

/** What to do where nothing at all can be judged. */
function aboutNothing({ missing }: JointFacts): Sentence[] {
  return missing.length > 0
    ? [["The log of the run says what became of its jobs; run those that measure again."]]
    : [
        say`Jobs that measure upload their results (${named("mode: measure")}), and the job that reports must come after them (${named("needs")}, or ${named("workflow_run")}).`,
        ["The log of the run says what became of them."],
      ];
}

function aboutMissing(missing: readonly MissingRunner[]): Sentence[] {
  const told = missing
    .slice(0, MOST_MISSING)
    .map(
      ({ name, reason }) =>
        say`No result of ${named(name)} reached this report${reason === null ? "" : `: ${reason}`}.`,
    );
  const rest = missing.length - told.length;
  const more: Sentence[] = rest > 0 ? [[`${counted(rest, "more runner")} delivered nothing.`]] : [];
  const isOpen = missing.some(({ reason }) => reason === null);
  const where: Sentence[] = isOpen ? [["The log of the run says what became of its job."]] : [];
  return [...told, ...more, ...where];
}

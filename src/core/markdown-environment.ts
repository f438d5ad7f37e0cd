/** The collapsed section on the environment: what differs, what it alone changed, and its facts. */
import { metricWords } from "./cells.ts";
import type { Difference } from "./comparison.ts";
import { codeSpan } from "./escape.ts";
import { factsOf } from "./facts.ts";
import { benchmarkName, isShown } from "./findings.ts";
import { bullets, details, drawSentence, table, type Markdown } from "./markdown-parts.ts";
import type { Detail } from "./markdown-sections.ts";
import type { JointReport } from "./joint.ts";
import { partNoun } from "./parts.ts";
import type { Report } from "./report.ts";
import { listed, say } from "./sentence.ts";
import { counted, formatChange } from "./units.ts";

interface Row extends Difference {
  readonly kindInWords: string;
}

/** Of one runner the whole; of several the same for each, those that are as they were in one line. */
export function environmentSection({ reports }: JointReport, detail: Detail): Markdown {
  const [only, ...more] = reports;
  if (only === undefined) return "";
  if (more.length === 0) return details(`Environment${titleOf([only])}`, environmentOf(only, detail));
  const told = reports.slice(0, detail.runners);
  const quiet = told.filter((report) => !detail.facts && isAsBefore(report));
  const alike = quiet.length === 0 ? "" : drawSentence(say`As in the newest stored job: ${listed(keysOf(quiet))}.`);
  const blocks = told.flatMap((report) =>
    quiet.includes(report) ? [] : [codeSpan(report.runner_key) + titleOf([report]), ...environmentOf(report, detail)],
  );
  return details(`Environment of ${counted(reports.length, partNoun(reports))}${titleOf(reports)}`, [...blocks, alike]);
}

function keysOf(reports: readonly Report[]): string[] {
  return reports.map(({ runner_key }) => runner_key);
}

function isAsBefore(report: Report): boolean {
  return differencesOf(report).length === 0 && shiftsOf(report).length === 0;
}

function environmentOf(report: Report, { rows, facts }: Detail): Markdown[] {
  return [
    table<Row>(
      [
        { title: "What differs", cell: ({ field }) => codeSpan(field) },
        { title: "Kind", cell: ({ kindInWords }) => kindInWords },
        { title: "Base", cell: ({ base }) => codeSpan(base) },
        { title: "Now", cell: ({ head }) => codeSpan(head) },
      ],
      differencesOf(report).slice(0, rows),
    ),
    ...shifts(report, rows),
    facts ? bullets(factLists(report)) : "",
  ];
}

/** What the judged change brings, and what differs from the newest stored job by itself. */
export function differencesOf({ environment, job }: Report): Row[] {
  const whose = job.pull_request === null ? "this change" : "this pull request";
  const own = environment.proposed.map((difference) => ({
    ...difference,
    kindInWords: `${difference.kind}, by ${whose}`,
  }));
  const others = environment.differences
    .filter(({ kind, field }) => !own.some((difference) => difference.kind === kind && difference.field === field))
    .map((difference) => ({ ...difference, kindInWords: difference.kind }));
  return [...own, ...others];
}

/** ": 2 differences of this pull request", to follow a name; nothing where nothing is stored. */
function titleOf(reports: readonly Report[]): string {
  const own = reports.reduce((total, { environment }) => total + environment.proposed.length, 0);
  const others = reports.reduce((total, report) => total + differencesOf(report).length, 0) - own;
  const whose = reports.every(({ job }) => job.pull_request === null) ? "of this change" : "of this pull request";
  const stored = reports.length === 1 ? "the newest stored job" : "the newest stored jobs";
  const parts = [
    own === 0 ? "" : `${counted(own, "difference")} ${whose}`,
    others === 0 ? "" : `${own === 0 ? counted(others, "difference") : others} from ${stored}`,
  ].filter((part) => part !== "");
  if (parts.length > 0) return `: ${parts.join(", ")}`;
  return reports.some(({ baseline }) => baseline === null) ? "" : `: as in ${stored}`;
}

/** Said once, apart from the differences that the pull request brings. */
function shifts(report: Report, rows: number): Markdown[] {
  const drawn = shiftsOf(report).slice(0, rows);
  const whose = report.job.pull_request === null ? "this change" : "this pull request";
  return drawn.length === 0
    ? []
    : [
        `The environment itself, not the work of ${whose} (the base commit today beside what is stored):`,
        bullets(drawn),
      ];
}

/** Of every benchmark once. */
function shiftsOf({ comparisons }: Report): Markdown[] {
  return comparisons.filter(isShown).flatMap((comparison) => {
    const { environment_shift: shift, metric } = comparison;
    if (shift === null || shift === 0 || metric === null) return [];
    const size = formatChange(shift);
    return drawSentence(say`${size} ${metricWords(metric)} on ${benchmarkName(comparison)}`);
  });
}

function factLists({ environment }: Report): Markdown[] {
  const { machine, drift, software } = environment;
  const lists = [
    { title: "Machine", facts: factsOf(machine) },
    ...together(software).map((entry) => ({
      title: `Software of ${entry.backends.join(", ")}`,
      facts: factsOf(entry.facts),
    })),
    { title: "Drift fields", facts: factsOf(drift) },
  ];
  return lists
    .filter((list) => list.facts.length > 0)
    .map((list) => `${list.title}: ${list.facts.map((fact) => codeSpan(`${fact.name} ${fact.value}`)).join(" ")}`);
}

type Software = Report["environment"]["software"][number];

/** Workloads import different packages: one list of the same backends, unless two say different things of one package. */
function together(software: readonly Software[]): Software[] {
  const lists: Software[] = [];
  for (const { backends, facts } of software) {
    const index = lists.findIndex(
      (list) =>
        list.backends.join() === backends.join() &&
        Object.entries(facts).every(([name, value]) => (list.facts[name] ?? value) === value),
    );
    const known = lists[index];
    if (known === undefined) lists.push({ backends, facts });
    else lists[index] = { backends, facts: { ...known.facts, ...facts } };
  }
  return lists;
}

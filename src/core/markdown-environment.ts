/** The collapsed section on the environment: what differs, what it alone changed, and its facts. */
import { metricWords } from "./cells.ts";
import type { Difference } from "./comparison.ts";
import { codeSpan } from "./escape.ts";
import { factsOf } from "./facts.ts";
import { benchmarkName, isShown } from "./findings.ts";
import { bullets, details, drawSentence, table, type Markdown } from "./markdown-parts.ts";
import type { Detail } from "./markdown-sections.ts";
import type { Report } from "./report.ts";
import { say } from "./sentence.ts";
import { counted, formatChange } from "./units.ts";

interface Row extends Difference {
  readonly kindInWords: string;
}

export function environmentSection(report: Report, { rows, facts }: Detail): Markdown {
  const differing = differencesOf(report);
  return details(titleOf(report), [
    table<Row>(
      [
        { title: "What differs", cell: ({ field }) => codeSpan(field) },
        { title: "Kind", cell: ({ kindInWords }) => kindInWords },
        { title: "Base", cell: ({ base }) => codeSpan(base) },
        { title: "Now", cell: ({ head }) => codeSpan(head) },
      ],
      differing.slice(0, rows),
    ),
    ...shifts(report, rows),
    facts ? bullets(factLists(report)) : "",
  ]);
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

function titleOf(report: Report): string {
  const { environment, baseline, job } = report;
  const own = environment.proposed.length;
  const others = differencesOf(report).length - own;
  const whose = job.pull_request === null ? "of this change" : "of this pull request";
  const parts = [
    own === 0 ? "" : `${counted(own, "difference")} ${whose}`,
    others === 0 ? "" : `${own === 0 ? counted(others, "difference") : others} from the newest stored job`,
  ].filter((part) => part !== "");
  if (parts.length > 0) return `Environment: ${parts.join(", ")}`;
  return baseline === null ? "Environment" : "Environment: as in the newest stored job";
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
    ...software.map((entry) => ({ title: `Software of ${entry.backends.join(", ")}`, facts: factsOf(entry.facts) })),
    { title: "Drift fields", facts: factsOf(drift) },
  ];
  return lists
    .filter((list) => list.facts.length > 0)
    .map((list) => `${list.title}: ${list.facts.map((fact) => codeSpan(`${fact.name} ${fact.value}`)).join(" ")}`);
}

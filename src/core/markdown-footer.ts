/** The end of the comment: what had no room in it, and where everything is. */
import { offeredByAll } from "./accept-offer.ts";
import { codeSpan, inertText, link } from "./escape.ts";
import type { JointReport } from "./joint.ts";
import { differencesOf } from "./markdown-environment.ts";
import { drawSentence, type Markdown } from "./markdown-parts.ts";
import { warningsOf, type Detail } from "./markdown-sections.ts";
import { everyRow } from "./markdown-tables.ts";
import { benchmarkCount } from "./parts.ts";
import { qualifiedInWords } from "./qualification-words.ts";
import type { Report } from "./report.ts";
import { counted } from "./units.ts";

/** Of the runners' own artifacts, links: each runner's row has its own. */
const MOST_ARTIFACTS = 4;

function missing(count: number, most: number, noun: string): string {
  return count > most ? counted(count - most, noun) : "";
}

/** Says what had no room, and where it is. */
export function leftOut(joint: JointReport, detail: Detail, moved: number): Markdown {
  const { reports } = joint;
  const { speed, others } = everyRow(joint);
  const faults = new Set(reports.flatMap(({ store_faults }) => store_faults));
  const sum = (count: (report: Report) => number): number =>
    reports.reduce((total, report) => total + count(report), 0);
  const rows = detail.others
    ? missing(speed.length + others.length, detail.rows, "row")
    : counted(others.length + Math.max(0, speed.length - detail.rows), "row");
  const parts = [
    missing(moved, detail.rows, "changed row"),
    rows === "0 rows" || rows === "" ? "" : `${rows} of all ${counted(benchmarkCount(reports), "benchmark")}`,
    missing(
      sum(({ failures }) => failures.length),
      detail.items,
      "error",
    ),
    faults.size > detail.items ? `${counted(faults.size - detail.items, "message")} of the store` : "",
    missing(warningsOf(joint).length, detail.items, "warning"),
    missing(
      sum(({ frameworks }) => frameworks.length),
      detail.items,
      "framework pair",
    ),
    missing(
      sum((report) => differencesOf(report).length),
      detail.rows,
      "difference",
    ),
    missing(offeredByAll(reports).length, detail.items, "acceptable change"),
    missing(
      sum(({ change_points }) => change_points.length),
      detail.rows,
      "lasting change",
    ),
    missing(
      sum(({ disturbances }) => disturbances.length),
      detail.items,
      "disturbance",
    ),
    reports.length > detail.runners ? `the details of ${counted(reports.length - detail.runners, "runner")}` : "",
    detail.facts ? "" : "the facts of machine and software",
  ].filter((part) => part !== "");
  if (parts.length === 0) return "";
  return `Left out for length: ${parts.join(", ")}. All of it is in ${whereAllIs(joint)}.`;
}

function whereAllIs({ links, reports }: JointReport): Markdown {
  if (links.artifact_url !== null) return link("the artifact", links.artifact_url);
  if (reports.length === 1 || links.run_url === null) return "the results folder";
  return `the summary of ${link("the run", links.run_url)}`;
}

export function footer(joint: JointReport): Markdown {
  const { links, version, reports } = joint;
  const [only, ...more] = reports;
  const single = more.length === 0 ? only : undefined;
  const parts = [
    links.artifact_url === null ? "" : link("artifact", links.artifact_url),
    single === undefined ? ownArtifacts(joint) : "",
    links.run_url === null ? "" : link("run", links.run_url),
    measuringRun(joint),
    `finetune-bench ${inertText(version)}`,
    single === undefined ? "" : drawSentence(qualifiedInWords(single)),
  ];
  return `<sub>${parts.filter((part) => part !== "").join(" · ")}</sub>`;
}

/** Of a few runners; of many, the table of the runners has them. */
function ownArtifacts({ reports, links }: JointReport): Markdown {
  const own = reports.flatMap(({ runner_key, links: { artifact_url: url } }) =>
    url === null || url === links.artifact_url ? [] : [{ runner_key, url }],
  );
  if (own.length === 0 || own.length > MOST_ARTIFACTS) return "";
  return `artifacts of ${own.map(({ runner_key, url }) => link(codeSpan(runner_key), url)).join(", ")}`;
}

/** A report may be joined in another run than the one that measured. */
function measuringRun({ reports, links }: JointReport): Markdown {
  const urls = new Set(reports.flatMap(({ links: { run_url: url } }) => url ?? []));
  const [first] = urls;
  return urls.size !== 1 || first === undefined || first === links.run_url ? "" : link("measured in this run", first);
}

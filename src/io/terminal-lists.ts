/** The lists of the terminal: what is said once each, below the table. */
import { ACCEPT_FILE } from "../core/accept.ts";
import { acceptLines, offeredByAll } from "../core/accept-offer.ts";
import { metricWords } from "../core/cells.ts";
import { rangeOf, sizeOf, standingOf } from "../core/change-point-words.ts";
import { whichRuns } from "../core/disturbances.ts";
import { terminalText } from "../core/escape.ts";
import { failureInWords } from "../core/failure-words.ts";
import { benchmarkName } from "../core/findings.ts";
import type { JointReport } from "../core/joint.ts";
import { onRunner, warningsOf } from "../core/markdown-sections.ts";
import type { Failure, Report } from "../core/report.ts";
import { plain, type Sentence } from "../core/sentence.ts";

export interface List {
  readonly title: string;
  readonly items: readonly string[];
}

/** Changes to accept and lasting changes, lines each; the files hold all of them. */
const MOST = 20;

/** A sentence on one line of a terminal. */
export function line(sentence: Sentence): string {
  return terminalText(plain(sentence), 2000);
}

/** In the order they are shown; a list may be empty. */
export function listsOf(joint: JointReport): List[] {
  const { reports } = joint;
  const each = <Entry>(entriesOf: (report: Report) => readonly Entry[], draw: (entry: Entry) => string): string[] =>
    reports.flatMap((report) => {
      const where = line(onRunner(joint, report));
      return entriesOf(report).map((entry) => (where === "" ? draw(entry) : `${draw(entry)} (${where})`));
    });
  return [
    { title: "Errors", items: each(({ failures }) => failures, failure) },
    acceptList(reports),
    {
      title: "Lasting changes of the default branch",
      items: each(({ change_points: points }) => points, changePoint).slice(0, MOST),
    },
    { title: "Disturbed runs", items: each(({ disturbances }) => disturbances, disturbed).slice(0, MOST) },
    { title: "Warnings", items: warningsOf(joint).map(warning) },
  ];
}

/** Errors end with what matters; the whole text is in the files. */
function failure(failed: Failure): string {
  const last = failed.message.trim().split("\n").at(-1) ?? "";
  const words = failureInWords(failed);
  return `${line(benchmarkName(failed))} ${words}${last === "" || last === words ? "" : `: ${terminalText(last)}`}`;
}

/** Indented lines to paste. YAML writes what is no plain text in quotes, so its lines hold nothing that a terminal obeys. */
function acceptList(reports: readonly Report[]): List {
  const yaml = acceptLines(reports, MOST).trimEnd();
  const title = offeredByAll(reports).length === 1 ? "Accept this change" : "Accept these changes";
  return {
    title: `${title} (${ACCEPT_FILE})`,
    items: yaml === "" ? [] : yaml.split("\n").map((text) => indented(text)),
  };
}

function indented(text: string): string {
  const [, spaces = ""] = /^( *)/.exec(text) ?? [];
  return spaces + terminalText(text, 1000);
}

function changePoint(point: Report["change_points"][number]): string {
  const { size, sense, interval } = sizeOf(point);
  const what = `${line(benchmarkName(point))}, ${line(metricWords(point.metric))}`;
  return `${what}: ${size} ${sense} (${interval}) ${line(rangeOf(point))}; ${standingOf(point)}`;
}

function disturbed(found: Report["disturbances"][number]): string {
  return `${line(benchmarkName(found))}, ${whichRuns(found)}: ${terminalText(found.message, 300)}`;
}

function warning({ message, where }: ReturnType<typeof warningsOf>[number]): string {
  const place = line(where);
  return terminalText(message) + (place === "" ? "" : ` (${place})`);
}

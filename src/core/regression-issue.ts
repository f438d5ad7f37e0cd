/** The one issue about lasting regressions of the default branch on one runner: what it says, and what is to be done with it. */
import { ACCEPT_FILE } from "./accept.ts";
import { metricWords } from "./cells.ts";
import { rangeOf, sinceOf } from "./change-point-words.ts";
import { isNewer } from "./comment-marker.ts";
import type { ChangePoint } from "./comparison.ts";
import { codeSpan, link } from "./escape.ts";
import { benchmarkName, changeInWords } from "./findings.ts";
import { findingKeys, writeIssueMarker, type IssueMarker } from "./issue-marker.ts";
import { SIZE_COLUMN } from "./markdown-changes.ts";
import { bullets, drawSentence, table, type Markdown } from "./markdown-parts.ts";
import type { Report } from "./report.ts";
import { MAX_HISTORY } from "./samples.ts";
import { say } from "./sentence.ts";
import { sparkline } from "./sparkline.ts";
import { suiteKeyOf } from "./suite-key.ts";
import { counted } from "./units.ts";

/** By this label the issue is found again, and by people. */
export const ISSUE_LABEL = "finetune-bench";

const MOST_ROWS = 30;

/** An issue of ours about the same suite on the same runner. */
export interface KnownIssue {
  readonly number: number;
  readonly open: boolean;
  readonly body: string;
  readonly marker: IssueMarker;
}

export type IssueStep =
  | { readonly do: "nothing" }
  | { readonly do: "open"; readonly title: string; readonly body: string }
  /** `state`: what it becomes, null: what it is. `comment`: what is worth a notification. */
  | {
      readonly do: "change";
      readonly number: number;
      readonly body: string;
      readonly state: "open" | "closed" | null;
      readonly comment: string | null;
    };

/** Confirmed, for the worse, not accepted, not the machine's own, and still there; newest first. */
export function standingRegressions({ change_points: points }: Pick<Report, "change_points">): ChangePoint[] {
  return points.filter(({ stands }) => stands);
}

/**
 * @param known the newest issue about this suite and runner; null: there never was one
 */
export function planIssue(report: Report, known: KnownIssue | null): IssueStep {
  const standing = standingRegressions(report);
  const keys = findingKeys(standing);
  // What was not read is not gone.
  if (report.history_unread) return { do: "nothing" };
  const marker = { suiteKey: suiteKeyOf(report.suite.name), runnerKey: report.runner_key, ...runOf(report) };
  const text = (gone: readonly string[], before: number | null): string =>
    issueBody(report, standing, { ...marker, standing: keys, gone }, before);
  if (known === null) {
    return standing.length === 0 ? { do: "nothing" } : { do: "open", title: titleOf(report), body: text([], null) };
  }
  if (isNewer(known.marker, marker)) return { do: "nothing" };
  const { number } = known;
  const gone = [...new Set([...known.marker.gone, ...known.marker.standing])].filter((key) => !keys.includes(key));
  if (standing.length === 0) {
    if (known.marker.standing.length === 0) return { do: "nothing" };
    const body = text(gone, null);
    if (!known.open) return { do: "change", number, body, state: null, comment: null };
    return { do: "change", number, body, state: "closed", comment: goneComment(report) };
  }
  const isNew = (key: string): boolean => !known.marker.standing.includes(key);
  const added = standing.filter((_, index) => isNew(keys[index] ?? ""));
  if (known.open) {
    const comment = added.length === 0 ? null : newComment(report, added);
    return { do: "change", number, body: text(gone, null), state: null, comment };
  }
  // Somebody has closed it although all of this stands: that is an answer.
  if (added.length === 0) return { do: "nothing" };
  if (added.length < standing.length || keys.some((key) => known.marker.gone.includes(key))) {
    return { do: "change", number, body: text(gone, null), state: "open", comment: newComment(report, added) };
  }
  return { do: "open", title: titleOf(report), body: text([], number) };
}

function runOf({ job }: Report): { runId: string; attempt: number } {
  return { runId: job.run_id, attempt: job.attempt };
}

/** The same for as long as the issue lives. Both parts are letters, digits, dots and dashes. */
function titleOf({ runner_key, suite }: Report): string {
  return `Training became worse on ${runner_key} (${suiteKeyOf(suite.name)})`;
}

function issueBody(
  report: Report,
  standing: readonly ChangePoint[],
  marker: IssueMarker,
  before: number | null,
): string {
  const { job, runner_key, suite } = report;
  const run = job.run_url === null ? codeSpan(job.run_id) : link("this run", job.run_url);
  const blocks: Markdown[] =
    standing.length === 0
      ? [`Nothing stands any more of what this was about. Last looked at by ${run}.`]
      : [
          `The default branch trains worse on ${codeSpan(runner_key)} than it did (suite ${codeSpan(suite.name)}). Several ` +
            `jobs confirm each change below, none is accepted, and the control workload does not explain any.`,
          findings(report, standing),
          standing.length > MOST_ROWS ? `${standing.length - MOST_ROWS} more are in the summary of the run.` : "",
          bullets([
            `If one is meant, accept it in ${codeSpan(ACCEPT_FILE)}: the summary of the run has the lines.`,
            `Close this issue to hear no more of what it lists; another change opens it again or opens a new one.`,
            `It is renewed by every nightly job, and closed by itself when nothing of it stands.`,
          ]),
          `Last renewed by ${run}${before === null ? "" : `; an earlier one was #${before}`}.`,
        ];
  return `${[writeIssueMarker(marker), ...blocks.filter((block) => block !== "")].join("\n\n")}\n`;
}

function findings(report: Report, standing: readonly ChangePoint[]): Markdown {
  return table(
    [
      { title: "Benchmark", cell: (point) => drawSentence(benchmarkName(point)) },
      { title: "Metric", cell: ({ metric }) => drawSentence(metricWords(metric)) },
      { title: "Commits", cell: (point) => commits(report, point) },
      { title: "Measured", cell: ({ at }) => at.slice(0, 10) },
      SIZE_COLUMN,
      { title: "Jobs since", align: "r", cell: ({ jobs }) => `${jobs}` },
      { title: "Newest jobs", cell: ({ series }) => (series.length === 0 ? "" : codeSpan(sparkline(series))) },
    ],
    standing.slice(0, MOST_ROWS),
  );
}

/** The range in words, with a link to what lies in it where both ends are known. */
function commits({ job, links }: Report, point: ChangePoint): Markdown {
  const words = drawSentence(rangeOf(point));
  const { last_good: good, first_bad: bad } = point;
  const repository = /^(https?:\/\/.+)\/actions\/runs\//.exec(job.run_url ?? links.run_url ?? "")?.[1];
  if (repository === undefined || good === null || bad === null || good === bad) return words;
  return `${words} (${link("compare", `${repository}/compare/${good}...${bad}`)})`;
}

function newComment(report: Report, added: readonly ChangePoint[]): string {
  const lines = added
    .slice(0, MOST_ROWS)
    .map((point) =>
      drawSentence(
        say`${benchmarkName(point)} ${changeInWords(point.metric, point.effect, false)} since ${sinceOf(point)}`,
      ),
    );
  return `${added.length === 1 ? "A change" : counted(added.length, "change")} for the worse that was not listed here before, seen by ${runLink(report)}:\n\n${bullets(lines)}\n`;
}

function goneComment(report: Report): string {
  return (
    `Nothing of this stands any more, says ${runLink(report)}: it was mended or accepted, the series ended with other ` +
    `software, work or settings of the machine, or ${MAX_HISTORY} jobs have measured the new level, so that later ones ` +
    `are judged against it.\n`
  );
}

function runLink({ job }: Report): Markdown {
  return job.run_url === null ? codeSpan(job.run_id) : link("this run", job.run_url);
}

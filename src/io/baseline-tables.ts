/** What `finetune-bench baselines` shows a person. */
import type { Difference } from "../core/comparison.ts";
import { terminalText } from "../core/escape.ts";
import type { PrunePlan } from "../core/prune.ts";
import { sparkline } from "../core/sparkline.ts";
import type { JobMark, RunnerSummary } from "../core/store-summary.ts";
import type { SeriesRow, StoredSeries } from "../core/stored-series.ts";
import { counted, formatAge, formatChange, formatPercent, formatValue } from "../core/units.ts";
import { bareTable } from "./plain-table.ts";

const MOST_DIFFERENCES = 3;
const MOST_FILES = 20;

/** One line for each runner. Ends with a new line, like every text of this file. */
export function runnerTable(place: string, runners: readonly RunnerSummary[]): string {
  if (runners.length === 0) return `Nothing is stored in ${place}.\n`;
  const head = ["runner", "jobs", "benchmarks", "newest", "oldest", "qualified"];
  const rows = runners.map((runner) => [
    runner.runner_key,
    String(runner.jobs),
    String(runner.benchmarks.length),
    markText(runner.newest),
    markText(runner.oldest),
    runner.qualified_at === null ? "" : runner.qualified_at.slice(0, 10),
  ]);
  const unusable = runners.flatMap((runner) => runner.unusable);
  const notes = unusable
    .slice(0, MOST_FILES)
    .map(({ path, fault }) => terminalText(`not used: ${path}: ${fault}`, 300));
  if (unusable.length > MOST_FILES) notes.push(`not used: ${counted(unusable.length - MOST_FILES, "more file")}`);
  return [`Baselines in ${place}`, "", bareTable(head, rows), ...(notes.length > 0 ? ["", ...notes] : []), ""].join(
    "\n",
  );
}

function markText(mark: JobMark | null): string {
  return mark === null ? "" : `${commitText(mark.sha)}, ${formatAge(Math.max(0, mark.age_days))}`;
}

function commitText(sha: string | null): string {
  return sha === null ? "no commit" : sha.slice(0, 7);
}

/** The newest `last` jobs of every series, oldest first, with what changed between them. */
export function seriesText(series: readonly StoredSeries[], last: number): string {
  return series.map((one) => oneSeries(one, last)).join("\n");
}

function oneSeries({ benchmark, metric, rows, baseline }: StoredSeries, last: number): string {
  const shown = rows.slice(-last);
  const values = shown.flatMap(({ value }) => (value === null ? [] : [value]));
  const line = values.length > 0 ? `  ${sparkline(shown.map(({ value }) => value))}` : "";
  const unseen = rows.length - shown.length;
  const table = bareTable(
    ["measured", "commit", "value", "runs", "state"],
    shown.map((row) => cellsOf(row, metric.unit, values)),
  ).split("\n");
  const [head = "", ...lines] = table;
  const drawn = lines.flatMap((text, index) => [...marksBefore(shown[index]), text]);
  const better = `${metric.direction} is better`;
  return [
    `${terminalText(benchmark)} · ${terminalText(metric.name)} (${better})${line}`,
    `  ${head}`,
    ...(unseen > 0 ? [`  … ${counted(unseen, "older job")}`] : []),
    ...drawn.map((text) => `  ${text}`),
    `  ${baselineText(baseline)}`,
    "",
  ].join("\n");
}

function cellsOf(row: SeriesRow, unit: string, beside: readonly number[]): string[] {
  const value = row.value === null ? "" : formatValue(row.value, unit, beside);
  const spread = row.value === null || row.spread === null ? "" : ` ± ${formatPercent(row.spread)}`;
  const state = row.state === "usable" ? "" : row.state === "other-identity" ? "not comparable with today" : row.state;
  return [
    row.at.slice(0, 16).replace("T", " "),
    commitText(row.sha),
    `${value}${spread}`,
    row.runs === 0 ? "" : String(row.runs),
    row.why === null ? state : `${state}: ${terminalText(row.why, 80)}`,
  ];
}

/** What stands between this job and the one before it. */
function marksBefore(row: SeriesRow | undefined): string[] {
  if (row === undefined) return [];
  const { differences, level_change: change, accepted } = row;
  return [
    ...(differences.length > 0 ? [`── other identity: ${differencesText(differences)}`] : []),
    ...(change === null ? [] : [`── the level changed: ${formatChange(change)}`]),
    ...(accepted ? ["── an accepted change: the baseline begins here"] : []),
  ];
}

function differencesText(differences: readonly Difference[]): string {
  const words = differences
    .slice(0, MOST_DIFFERENCES)
    .map(({ field, base, head }) => terminalText(`${field} ${base} → ${head}`, 120));
  const rest = differences.length - words.length;
  return [...words, ...(rest > 0 ? [`${rest} more`] : [])].join(", ");
}

function baselineText(jobs: number): string {
  return jobs === 0 ? "no job of it can serve as baseline" : `baseline: ${counted(jobs, "job")} like the newest`;
}

/** What prune would remove, or did. */
export function pruneText({ remove, stay, needed }: PrunePlan, keep: number): string {
  const files = remove.slice(0, MOST_FILES).map(({ path, why }) => `  ${terminalText(`${path} (${why})`, 300)}`);
  if (remove.length > MOST_FILES) files.push(`  … ${counted(remove.length - MOST_FILES, "more file")}`);
  const needs =
    needed === 0
      ? []
      : [`${counted(needed, "old file")} kept: among the newest ${keep} of a series in use (change it with --keep)`];
  return [...files, ...needs, `${counted(remove.length, "file")} to remove, ${stay} to stay`, ""].join("\n");
}

/** Collapsed sections about changes: how to accept one, where the default branch changed, and what disturbed the runs. */
import { ACCEPT_FILE } from "./accept.ts";
import { acceptLines, offeredByAll } from "./accept-offer.ts";
import { metricWords } from "./cells.ts";
import { rangeOf, sizeOf, standingOf } from "./change-point-words.ts";
import type { ChangePoint } from "./comparison.ts";
import { runCount, whichRuns } from "./disturbances.ts";
import { codeBlock, inertText } from "./escape.ts";
import { benchmarkName } from "./findings.ts";
import type { JointReport } from "./joint.ts";
import type { Detail } from "./markdown-sections.ts";
import { details, drawSentence, table, unbroken, type Column, type Markdown } from "./markdown-parts.ts";
import { runnerColumn } from "./markdown-tables.ts";
import type { Disturbed, Report } from "./report.ts";
import { counted } from "./units.ts";

/** Of all lines to paste, characters: more than a comment holds is never cut in the middle, see `items`. */
const ACCEPT_LENGTH = 40_000;

export function acceptSection({ reports }: JointReport, { items }: Detail): Markdown {
  const count = offeredByAll(reports).length;
  if (count === 0) return "";
  return details(count === 1 ? "Accept this change" : `Accept these ${counted(count, "change")}`, [
    `Add to \`${ACCEPT_FILE}\` at the root of the repository, with the reason filled in. An accepted change never fails the gate, and a new baseline begins where it lands.`,
    codeBlock(acceptLines(reports, items), ACCEPT_LENGTH, "yaml"),
  ]);
}

/** An entry of one runner's list. */
type Of<Entry> = Entry & Pick<Report, "runner_key">;

/** Newest first, whatever runner found them. */
function changePointsOf({ reports }: JointReport): Of<ChangePoint>[] {
  const points = reports.flatMap(({ change_points, runner_key }) =>
    change_points.map((point) => ({ ...point, runner_key })),
  );
  return reports.length === 1 ? points : points.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

/** How large a lasting change is. */
export const SIZE_COLUMN: Column<ChangePoint> = {
  title: "Change (99 % interval)",
  align: "r",
  cell: (point) => {
    const { size, sense, interval } = sizeOf(point);
    return `${unbroken(size)} ${sense} ${unbroken(`(${interval})`)}`;
  },
};

export function changePointsSection(joint: JointReport, { rows }: Detail): Markdown {
  const points = changePointsOf(joint);
  return details(`${counted(points.length, "lasting change")} of the default branch`, [
    table<Of<ChangePoint>>(
      [
        { title: "Benchmark", cell: (point) => drawSentence(benchmarkName(point)) },
        ...runnerColumn<Of<ChangePoint>>(joint, ({ runner_key }) => runner_key),
        { title: "Metric", cell: ({ metric }) => drawSentence(metricWords(metric)) },
        { title: "Commits", cell: (point) => drawSentence(rangeOf(point)) },
        { title: "Measured", cell: ({ at }) => at.slice(0, 10) },
        SIZE_COLUMN,
        { title: "Standing", cell: (point) => standingOf(point) },
      ],
      points.slice(0, rows),
    ),
    points.length === 0
      ? ""
      : "Newest first. A pending change has too few jobs behind it to be sure that it stays. Another machine, other software or other work begins a new series and is never listed as a change.",
  ]);
}

export function disturbancesSection(joint: JointReport, { items }: Detail): Markdown {
  const found = joint.reports.flatMap(({ disturbances, runner_key }) =>
    disturbances.map((disturbance) => ({ ...disturbance, runner_key })),
  );
  const runs = joint.reports.reduce((total, { disturbances }) => total + runCount(disturbances), 0);
  return details(counted(runs, "disturbed run"), [
    table<Of<Disturbed>>(
      [
        { title: "Benchmark", cell: (disturbed) => drawSentence(benchmarkName(disturbed)) },
        ...runnerColumn<Of<Disturbed>>(joint, ({ runner_key }) => runner_key),
        { title: "Runs", cell: (disturbed) => whichRuns(disturbed) },
        { title: "What", cell: ({ message }) => inertText(message, 300) },
      ],
      found.slice(0, items),
    ),
    found.length === 0 ? "" : "A benchmark with a disturbed run is shown and judged, and never serves as history.",
  ]);
}

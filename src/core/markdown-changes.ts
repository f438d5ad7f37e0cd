/** Collapsed sections about changes: how to accept one, where the default branch changed, and what disturbed the runs. */
import { ACCEPT_FILE } from "./accept.ts";
import { acceptLines, offeredChanges } from "./accept-offer.ts";
import { metricWords } from "./cells.ts";
import { rangeOf, sizeOf, standingOf } from "./change-point-words.ts";
import { runCount, whichRuns } from "./disturbances.ts";
import { codeBlock, inertText } from "./escape.ts";
import { benchmarkName } from "./findings.ts";
import type { Detail } from "./markdown-sections.ts";
import { details, drawSentence, table, unbroken, type Markdown } from "./markdown-parts.ts";
import type { Report } from "./report.ts";
import { counted } from "./units.ts";

/** Of all lines to paste, characters: more than a comment holds is never cut in the middle, see `items`. */
const ACCEPT_LENGTH = 40_000;

export function acceptSection(report: Report, { items }: Detail): Markdown {
  const count = offeredChanges(report).length;
  if (count === 0) return "";
  return details(count === 1 ? "Accept this change" : `Accept these ${counted(count, "change")}`, [
    `Add to \`${ACCEPT_FILE}\` at the root of the repository, with the reason filled in. An accepted change never fails the gate, and a new baseline begins where it lands.`,
    codeBlock(acceptLines(report, items), ACCEPT_LENGTH, "yaml"),
  ]);
}

export function changePointsSection({ change_points: points }: Report, { rows }: Detail): Markdown {
  return details(`${counted(points.length, "lasting change")} of the default branch`, [
    table(
      [
        { title: "Benchmark", cell: (point) => drawSentence(benchmarkName(point)) },
        { title: "Metric", cell: ({ metric }) => drawSentence(metricWords(metric)) },
        { title: "Commits", cell: (point) => drawSentence(rangeOf(point)) },
        { title: "Measured", cell: ({ at }) => at.slice(0, 10) },
        {
          title: "Change (99 % interval)",
          align: "r",
          cell: (point) => {
            const { size, sense, interval } = sizeOf(point);
            return `${unbroken(size)} ${sense} ${unbroken(`(${interval})`)}`;
          },
        },
        { title: "Standing", cell: (point) => standingOf(point) },
      ],
      points.slice(0, rows),
    ),
    points.length === 0
      ? ""
      : "Newest first. A pending change has too few jobs behind it to be sure that it stays. Another machine, other software or other work begins a new series and is never listed as a change.",
  ]);
}

export function disturbancesSection({ disturbances }: Report, { items }: Detail): Markdown {
  return details(counted(runCount(disturbances), "disturbed run"), [
    table(
      [
        { title: "Benchmark", cell: (found) => drawSentence(benchmarkName(found)) },
        { title: "Runs", cell: (found) => whichRuns(found) },
        { title: "What", cell: ({ message }) => inertText(message, 300) },
      ],
      disturbances.slice(0, items),
    ),
    disturbances.length === 0
      ? ""
      : "A benchmark with a disturbed run is shown and judged, and never serves as history.",
  ]);
}

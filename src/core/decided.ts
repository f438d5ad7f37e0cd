/** How the verdicts were reached, with the numbers used, and how to measure the same again. */
import { isShown } from "./findings.ts";
import { isGated } from "./gate.ts";
import type { Estimator } from "./metrics.ts";
import type { Report } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatPercent } from "./units.ts";

const ESTIMATOR_WORDS: Readonly<Record<Estimator, string>> = {
  minimum: "its fastest timed step",
  median: "the median of its timed steps",
  maximum: "the peak",
  last: "the last value",
  total: "the total over its timed steps",
  reported: "the value its program reported",
};

/** One sentence a line, only about what this report judged. */
export function decisionOf(report: Report): Sentence[] {
  const { suite, gate, baseline } = report;
  const judged = report.comparisons.filter(isShown);
  const classes = new Set(judged.flatMap(({ metric }) => metric?.class ?? []));
  const lines: Sentence[] = [];
  const primary = judged.flatMap(({ metric }) => (metric?.primary === true ? [metric.estimator] : []));
  const words = [...new Set(primary)].map((estimator) => ESTIMATOR_WORDS[estimator]);
  if (words.length > 0) {
    lines.push([
      `Speed of a run: ${words.join(" or ")}. Of a benchmark: the geometric mean of its ${counted(suite.repeats, "run")}.`,
    ]);
  }
  if (baseline !== null && classes.has("throughput")) {
    const family = judged.filter((comparison) => isGated(comparison) && comparison.metric?.primary === true).length;
    lines.push(
      [
        `Judged against ${counted(baseline.jobs, "stored job")} of this runner. A change is one when it is at least ` +
          `${formatPercent(suite.min_effect)} and significant at 1 % (Holm over ${counted(family, "primary metric")}).`,
      ],
      [
        `No change needs a 99 % interval within ±${formatPercent(suite.max_tolerated)} and a change below ` +
          `${formatPercent(0.75 * suite.min_effect)}. All else is inconclusive.`,
      ],
    );
    if (judged.some(({ unconfirmed }) => unconfirmed)) {
      lines.push(["Unconfirmed: history alone was asked, and one odd run cannot be told from a change that way."]);
    }
  }
  if (baseline !== null && classes.has("memory")) {
    lines.push([
      "Peak memory: a change is more than 1 %, and more than 5 times the usual spread, away from the history's median.",
    ]);
  }
  if (baseline !== null && classes.has("loss")) {
    lines.push([
      "Final loss, same seed and data: may not move either way by more than 0.5 % and 5 times the usual spread.",
    ]);
  }
  lines.push(say`Gate: ${named(gate.gate)} (${gate.reason}).`);
  return lines;
}

/** Shell lines that measure the same again. */
export function reproduceOf(report: Report): string {
  const { job, suite } = report;
  const backends = [...new Set(report.comparisons.map(({ backend }) => backend))];
  const options = [
    `--suite ${shellWord(suite.name)}`,
    ...backends.map((backend) => `--backend ${backend}`),
    `--repeats ${suite.repeats}`,
  ];
  const checkout =
    job.event === "local" || job.sha === null ? [] : [`git fetch origin ${job.sha} && git checkout ${job.sha}`];
  return [...checkout, `node ../finetune-bench/dist/cli.js run ${options.join(" ")}`].join("\n");
}

function shellWord(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

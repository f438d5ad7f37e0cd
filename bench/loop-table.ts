/** What the loops came to, on a terminal: the verdict first, then every promise, then under what it was measured. */
import os from "node:os";
import { isCpu } from "../src/core/backend.ts";
import { counted, formatPercent, formatSpread, formatValue } from "../src/core/units.ts";
import { plainTable } from "../src/io/plain-table.ts";
import {
  answerBetween,
  answerOf,
  halfWidth,
  LEAST_RATIO,
  lossDifference,
  MOST_BETWEEN,
  WIDEST,
  worstOf,
  type Answer,
} from "./loop-ratio.ts";
import { usual, type Reading, type Work } from "./loop-programs.ts";
import { ratiosOf, type Measured } from "./loop-rounds.ts";

interface Row {
  readonly backend: string;
  readonly beside: string;
  readonly ours: string;
  readonly theirs: string;
  readonly number: string;
  readonly precision: string;
  readonly answer: Answer;
}

const HEADLINES: Readonly<Record<Answer, string>> = {
  kept: "Kept: beside the others our loop costs nothing that could be measured.",
  "cannot tell": "Cannot tell: the processes differ too much. A quiet machine or more --rounds can tell.",
  broken: "Broken: our loop costs more than was promised.",
};

export function answer(all: readonly Measured[], work: Work): Answer {
  return worstOf(
    [...all.flatMap(ratioRows), ...all.map((measured) => betweenRow(measured, work))].map((row) => row.answer),
  );
}

export function draw(all: readonly Measured[], work: Work): string {
  return [
    HEADLINES[answer(all, work)],
    table(all.flatMap(ratioRows), ["beside", "our step", "their step", "throughput", "99 % interval"]),
    `promised: at least ${LEAST_RATIO} of theirs, the interval not wholly below 1 and at most ±${formatPercent(WIDEST)} wide`,
    table(
      all.map((measured) => betweenRow(measured, work)),
      ["beside", "between our steps", "between theirs", "share of a step", ""],
    ),
    `promised: at most ${formatPercent(MOST_BETWEEN)} of a real step`,
    ...all.map((measured) => circumstances(measured, work)),
  ].join("\n\n");
}

type Titles = readonly [beside: string, ours: string, theirs: string, number: string, precision: string];

function table(rows: readonly Row[], [beside, ours, theirs, number, precision]: Titles): string {
  return plainTable(rows, [
    { title: "backend", align: "left", cell: (row) => row.backend },
    { title: beside, align: "left", cell: (row) => row.beside },
    { title: ours, align: "right", cell: (row) => row.ours },
    { title: theirs, align: "right", cell: (row) => row.theirs },
    { title: number, align: "right", cell: (row) => row.number },
    { title: precision, align: "left", cell: (row) => row.precision },
    { title: "", align: "left", cell: (row) => row.answer },
  ]);
}

function ratioRows(measured: Measured): Row[] {
  const { track, ours, others } = measured;
  return ratiosOf(measured).map((ratio, index) => {
    const other = others[index];
    const theirs = step(other?.readings ?? []);
    const [low, high] = ratio.interval;
    const pairs = counted(ratio.pairs, "pair");
    return {
      backend: track.backend,
      beside: other?.loop.name ?? "",
      ours: formatValue(step(ours), "s", [theirs]),
      theirs: formatValue(theirs, "s", [step(ours)]),
      number: ratio.ratio.toFixed(3),
      precision:
        ratio.pairs < 2
          ? pairs
          : `${low.toFixed(3)} to ${high.toFixed(3)} (${formatSpread(halfWidth(ratio))}, ${pairs})`,
      answer: answerOf(ratio),
    };
  });
}

function betweenRow({ track, ours, others }: Measured, { size }: Work): Row {
  const bare = others.map(({ readings }) => readings).find((readings) => readings.some(isTimedBetween)) ?? [];
  const share = between(ours) / step(ours);
  return {
    backend: track.backend,
    beside: "a bare loop",
    ours: formatValue(between(ours), "s", [between(bare)]),
    theirs: formatValue(between(bare), "s", [between(ours)]),
    number: formatPercent(share),
    precision: `of a ${size} step, a bare loop's ${formatPercent(between(bare) / step(bare))}`,
    answer: answerBetween(size === "real" ? share : null),
  };
}

function isTimedBetween({ betweenS }: Reading): boolean {
  return betweenS !== null;
}

function circumstances({ track, ours, others }: Measured, { size, steps }: Work): string {
  const [first] = ours;
  const farthest = Math.max(
    ...others.flatMap(({ readings }) => readings.map(({ losses }) => lossDifference(first?.losses ?? [], losses))),
  );
  const said = [first, ...others.map(({ readings }) => readings[0])].map((reading) => reading?.environment ?? null);
  const packages = new Map(said.flatMap((one) => Object.entries(one?.packages ?? {})));
  const [environment] = said;
  const threads =
    environment?.threads === undefined ? "threads as the framework has them" : counted(environment.threads, "thread");
  const estimator = isCpu(track.backend) ? "the fastest step" : "the median step";
  return [
    `${track.backend} on ${environment?.device ?? "an unknown device"} (${os.availableParallelism()} processors), ` +
      `${threads}, BLAS ${environment?.blas ?? "unknown"}, Python ${environment?.python ?? "unknown"}`,
    `  ${[...packages].map(([name, version]) => `${name} ${version}`).join(", ")}`,
    `  ${steps} ${size} steps a process, ${estimator} of each; losses equal within ${farthest.toExponential(1)} nat`,
  ].join("\n");
}

function step(readings: readonly Reading[]): number {
  return usual(readings.map(({ stepS }) => stepS));
}

function between(readings: readonly Reading[]): number {
  return usual(readings.flatMap(({ betweenS }) => (betweenS === null ? [] : [betweenS])));
}

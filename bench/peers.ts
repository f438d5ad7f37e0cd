/**
 * The rules of other tools, written from their documentation, so that they can be asked about the same cases. They see
 * every run of the history and of the candidate, and no pairs: none of them asks for any.
 */
import type { Direction } from "../src/core/metrics.ts";
import { mean, median, sum, tQuantile, variance } from "../src/core/statistics.ts";

export type PeerVerdict = "regression" | "improvement" | "silent";

export interface Series {
  /** Run values of every stored job, oldest first. */
  readonly history: readonly (readonly number[])[];
  readonly candidate: readonly number[];
  readonly direction: Direction;
}

export interface Peer {
  readonly name: string;
  /** Stored jobs below which its rule is another one, meant for other numbers; cases with fewer are not put to it. */
  readonly leastJobs: number;
  decide(series: Series): PeerVerdict;
}

export const PEERS: readonly Peer[] = [
  { name: "github-action-benchmark, 105 %", leastJobs: 0, decide: (series) => ratioToPrevious(series, 1.05) },
  { name: "github-action-benchmark, 200 % (default)", leastJobs: 0, decide: (series) => ratioToPrevious(series, 2) },
  { name: "bencher, t test 0.99", leastJobs: 0, decide: bencherT },
  { name: "conbench, z 5", leastJobs: 0, decide: conbenchZ },
  { name: "rustc-perf", leastJobs: 30, decide: rustcPerf },
];

/** An alert when the value is worse than the previous one by more than the threshold; what is better is never told. */
function ratioToPrevious({ history, candidate, direction }: Series, threshold: number): PeerVerdict {
  const previous = history.at(-1);
  if (previous === undefined) return "silent";
  const ratio = mean(candidate) / mean(previous);
  return (direction === "lower" ? ratio : 1 / ratio) > threshold ? "regression" : "silent";
}

const BENCHER_SAMPLES = 64;
const BENCHER_BOUNDARY = 0.99;

/** A prediction limit by Student's t over the newest results, on the side where a change is for the worse. */
function bencherT({ history, candidate, direction }: Series): PeerVerdict {
  const values = history.slice(-BENCHER_SAMPLES).map(mean);
  const spread = Math.sqrt(variance(values) ?? 0);
  if (spread === 0) return "silent";
  const reach = tQuantile(BENCHER_BOUNDARY, values.length - 1) * spread * Math.sqrt(1 + 1 / values.length);
  const distance = mean(candidate) - mean(values);
  return (direction === "lower" ? distance : -distance) > reach ? "regression" : "silent";
}

const CONBENCH_COMMITS = 100;
const CONBENCH_Z = 5;

/** Distance of the best run from the mean of the best runs of earlier commits, in standard deviations of such distances. */
function conbenchZ({ history, candidate, direction }: Series): PeerVerdict {
  const best = (runs: readonly number[]): number => (direction === "lower" ? Math.min(...runs) : Math.max(...runs));
  const values = history.slice(-CONBENCH_COMMITS).map(best);
  const residuals = values.slice(1).map((value, index) => value - mean(values.slice(0, index + 1)));
  const spread = Math.sqrt(variance(residuals) ?? 0);
  if (spread === 0) return "silent";
  const z = (best(candidate) - mean(values)) / spread;
  if (Math.abs(z) <= CONBENCH_Z) return "silent";
  return z > 0 === (direction === "higher") ? "improvement" : "regression";
}

const RUSTC_POINTS = 30;
const RUSTC_FENCE = 3;
/** Bounds of the grades very small, small, medium, large and very large: of a change that is no instruction count … */
const RUSTC_SIZES = [0.004, 0.02, 0.04, 0.1];
/** … and of how many times it is the threshold of significance. */
const RUSTC_FACTORS = [1.5, 3, 6, 12];
const RUSTC_SMALL = 2;

/** The relative change from the parent is an outlier among such changes, and its grade is at least small. */
function rustcPerf({ history, candidate, direction }: Series): PeerVerdict {
  const values = history.slice(-RUSTC_POINTS).map(mean);
  const parent = values.at(-1);
  if (parent === undefined || values.length < RUSTC_POINTS) return "silent";
  const changes = values.slice(1).map((value, index) => Math.abs(value / (values[index] ?? value) - 1));
  const sorted = changes.toSorted((a, b) => a - b);
  const half = Math.ceil(sorted.length / 2);
  const [low, high] = [median(sorted.slice(0, half)), median(sorted.slice(-half))];
  const threshold = high + RUSTC_FENCE * (high - low);
  const change = mean(candidate) / parent - 1;
  const grades = [gradeOf(Math.abs(change), RUSTC_SIZES), gradeOf(Math.abs(change) / threshold, RUSTC_FACTORS)];
  if (Math.abs(change) < threshold || sum(grades) / 2 < RUSTC_SMALL) return "silent";
  return change > 0 === (direction === "higher") ? "improvement" : "regression";
}

function gradeOf(value: number, bounds: readonly number[]): number {
  return 1 + bounds.filter((bound) => value >= bound).length;
}

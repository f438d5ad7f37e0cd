/**
 * Where a new job of an unchanged program would land, learnt from its series: a predictive t interval whose variance is
 * shrunk towards what the repeats inside the jobs promise (a moderated t, after G. K. Smyth, Linear Models and Empirical
 * Bayes Methods for Assessing Differential Expression, 2004).
 */
import { clamp, mean, median, pooledVariance, robustSd, sum, tQuantile, tTwoSided } from "./statistics.ts";

/** Significance level of the report's family of tests, and of every interval. */
export const ALPHA = 0.01;

/** Degrees of freedom the prior counts for. */
const PRIOR_DF = 4;
/** Log scale: below 0.1 % nothing is told apart. */
export const LEAST_SD = 0.001;
/** Assumed between the runs of a job where no job has two. */
const UNKNOWN_RUN_SD = 0.02;
/** From this many jobs on the median stands in the centre. */
const MEDIAN_FROM = 5;
/** A median needs more jobs than a mean for the same certainty. */
const MEDIAN_COST = 1.3;
/** From this many jobs on the centre can follow the series. */
const FOLLOW_FROM = 10;
const FOLLOW_WEIGHT = 0.25;
const FOLLOW_LIMIT = 4;
/** Of so many the median stands in the centre of `newest`. */
const NEWEST = 5;
/** From this many jobs on single wild jobs are cut down to this many robust standard deviations. */
const WINSORISE_FROM = 8;
const WINSORISE_AT = 3.5;
const WINSORISE_COST = 1.05;

/**
 * Where the centre lies from {@link FOLLOW_FROM} jobs on. `follow`, an exponentially weighted mean, keeps up with a machine
 * that drifts: without pairs nothing else would. `middle`, the median, is steadier; what it misses goes to the pairs.
 * `newest`, the median of the newest {@link NEWEST} jobs, is for what may move to another level: three jobs there suffice.
 */
export type Centring = "follow" | "middle" | "newest";

export interface Prediction {
  /** Expected value of a job, log scale, larger is better. */
  readonly centre: number;
  /** The candidate's distance from it. */
  readonly distance: number;
  /** Half the width of the 99 % interval of `distance`. */
  readonly halfWidth: number;
  /** Two-sided, of this one test. */
  readonly p: number;
  /** Smallest distance found in four of five cases. */
  readonly detectable: number;
}

/**
 * @param history log values of the runs of every job, oldest first; at least one job, none of them empty
 * @param candidate log values of the runs of the job being judged, at least one
 * @param centring what to do with a long history
 */
export function predict(
  history: readonly (readonly number[])[],
  candidate: readonly number[],
  centring: Centring = "follow",
): Prediction {
  const jobs = history.map(mean);
  const runVariance = pooledVariance([...history, candidate], LEAST_SD ** 2) ?? UNKNOWN_RUN_SD ** 2;
  const prior = Math.max(runVariance / candidate.length + 0.5 * runVariance, LEAST_SD ** 2);
  const { centre, residuals, cost } = centreOf(jobs, Math.sqrt(prior), centring);
  const ownDf = jobs.length - 1;
  const df = PRIOR_DF + ownDf;
  const shrunk = (PRIOR_DF * prior + ownDf * residualVariance(residuals, ownDf)) / df;
  const error = Math.max(Math.sqrt(shrunk), LEAST_SD) * Math.sqrt(1 + cost / jobs.length);
  const distance = mean(candidate) - centre;
  const quantile = tQuantile(1 - ALPHA / 2, df);
  return {
    centre,
    distance,
    halfWidth: quantile * error,
    p: tTwoSided(distance / error, df),
    detectable: (quantile + tQuantile(0.8, df)) * error,
  };
}

interface Centre {
  readonly centre: number;
  readonly residuals: readonly number[];
  /** Variance of the centre, in units of one job's variance divided by the number of jobs. */
  readonly cost: number;
}

function centreOf(jobs: readonly number[], priorSd: number, centring: Centring): Centre {
  if (centring === "newest" && jobs.length > NEWEST) return newest(jobs);
  if (centring === "follow" && jobs.length >= FOLLOW_FROM) return { ...follow(jobs, FOLLOW_LIMIT * priorSd), cost: 1 };
  const useMedian = jobs.length >= MEDIAN_FROM;
  const centre = useMedian ? median(jobs) : mean(jobs);
  return { centre, residuals: jobs.map((job) => job - centre), cost: useMedian ? MEDIAN_COST : 1 };
}

/**
 * The residuals are what each job was away from the centre before it, in units of one job: divided by what the uncertainty
 * of that centre adds. So levels that are long left behind count as one odd job each, not as a spread between jobs.
 */
function newest(jobs: readonly number[]): Centre {
  const middle = (before: readonly number[]): Centre => centreOf(before.slice(-NEWEST), 0, "middle");
  const residuals = jobs.slice(1).map((job, index) => {
    const { centre, cost } = middle(jobs.slice(0, index + 1));
    return (job - centre) / Math.sqrt(1 + cost / Math.min(index + 1, NEWEST));
  });
  const { centre, cost } = middle(jobs);
  return { centre, residuals, cost: (cost * jobs.length) / NEWEST };
}

/** An exponentially weighted mean that a slow drift cannot outrun and a single wild job cannot pull far. */
function follow(jobs: readonly number[], limit: number): Omit<Centre, "cost"> {
  let centre = jobs[0] ?? 0;
  const residuals: number[] = [];
  for (const [index, job] of jobs.entries()) {
    if (index === 0) continue;
    const step = job - centre;
    residuals.push(step);
    centre += Math.max(FOLLOW_WEIGHT, 1 / (index + 1)) * clamp(step, -limit, limit);
  }
  return { centre, residuals };
}

function residualVariance(residuals: readonly number[], df: number): number {
  if (df === 0) return 0;
  const squares = (values: readonly number[]): number => sum(values.map((value) => value ** 2)) / df;
  if (df + 1 < WINSORISE_FROM) return squares(residuals);
  // Where more than half of the jobs are exactly equal, cutting at zero would throw the others away.
  const limit = WINSORISE_AT * Math.max(robustSd(residuals, 0), LEAST_SD);
  return WINSORISE_COST * squares(residuals.map((value) => clamp(value, -limit, limit)));
}

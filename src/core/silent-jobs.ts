/** The jobs of a workflow run that were to measure and left no result, as far as GitHub's list of its jobs tells. */
import * as z from "zod";

export const runJobSchema = z.object({
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullable(),
  /** Empty where no runner took the job. */
  steps: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullable() })).default([]),
});
export type RunJob = z.infer<typeof runJobSchema>;
type Step = RunJob["steps"][number];

/**
 * How GitHub names a step that runs this action, as long as the workflow gives it no other name. The actions in its
 * folders (`…/authorize@`) and what runs after the job (`Post Run …`) are none.
 */
const OWN_STEP = /^Run [\w.-]+\/finetune-bench@/i;

const ENDED_BADLY = new Map([
  ["failure", "failed"],
  ["cancelled", "was cancelled"],
  ["timed_out", "timed out"],
]);

export interface SilentJob {
  /** As its workflow names it, which may be a stranger's. */
  readonly name: string;
  /** A sentence without a full stop. */
  readonly reason: string;
}

const LONGEST_NAME = 300;

/**
 * Every step of the action leaves one result, so as many of them are silent as results are lacking. Of the jobs that
 * ended badly those come first that cannot have left any: a cancelled one may well have. Jobs that still run, such as
 * the one that reports, are left out, and so is every job that is not known to measure.
 *
 * @param arrived artifacts of this action in the run, usable or not
 */
export function silentJobs(jobs: readonly RunJob[], arrived: number): SilentJob[] {
  const ended = jobs.filter(({ status }) => status === "completed");
  const silent = ended.flatMap((job) => silencesOf(job, jobs)).toSorted((a, b) => a.doubt - b.doubt);
  const delivered = ended.flatMap(({ steps }) => steps.filter((step) => isOwn(step) && step.conclusion === "success"));
  const lacking = Math.max(0, delivered.length + silent.length - arrived);
  const reasons = new Map(silent.slice(0, lacking).map(({ job, reason }) => [job, reason]));
  return [...reasons].map(([{ name }, reason]) => ({ name: name.slice(0, LONGEST_NAME), reason }));
}

interface Silence {
  readonly job: RunJob;
  readonly reason: string;
  /** The less, the surer it is that nothing was uploaded. */
  readonly doubt: number;
}

function silencesOf(job: RunJob, jobs: readonly RunJob[]): Silence[] {
  const how = ENDED_BADLY.get(job.conclusion ?? "");
  if (how === undefined) return [];
  if (job.steps.length === 0) {
    return measuresBySiblings(job, jobs) ? [{ job, doubt: 0, reason: `its job ${how} before its first step` }] : [];
  }
  return job.steps
    .filter((step) => isOwn(step) && step.conclusion !== "success")
    .map((step) => ({ job, ...endOf(step, how) }));
}

function endOf({ status, conclusion }: Step, how: string): Omit<Silence, "job"> {
  if (status !== "completed")
    return { doubt: 0, reason: `its job ${how} before the benchmark ended, as when a runner is lost` };
  if (conclusion === "skipped") return { doubt: 0, reason: `its job ${how} before the benchmark began` };
  return { doubt: conclusion === "failure" ? 1 : 2, reason: `its job ${how}` };
}

/** No step tells what it would have run: one of a matrix runs what the others of the same matrix do. */
function measuresBySiblings({ name }: RunJob, jobs: readonly RunJob[]): boolean {
  const matrix = matrixOf(name);
  if (matrix === null) return false;
  const siblings = jobs.filter((other) => other.steps.length > 0 && matrixOf(other.name) === matrix);
  return siblings.length > 0 && siblings.every(({ steps }) => steps.some(isOwn));
}

/** `measure` of `measure (apple)`. */
function matrixOf(name: string): string | null {
  return /^(.+) \(.*\)$/s.exec(name)?.[1] ?? null;
}

function isOwn({ name }: Step): boolean {
  return OWN_STEP.test(name);
}

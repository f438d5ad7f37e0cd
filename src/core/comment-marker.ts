/** The hidden first line by which a job knows the comment of earlier jobs again. */

export interface CommentMarker {
  /** One comment per pull request and suite; {@link NO_SUITE} until a suite is known. */
  readonly suiteKey: string;
  readonly runId: string;
  readonly attempt: number;
}

/** Of a comment that tells of no result at all: the next report of any suite takes it over. No suite has this key. */
export const NO_SUITE = "-";

export function writeMarker({ suiteKey, runId, attempt }: CommentMarker): string {
  return `<!-- finetune-bench:${suiteKey} run ${runId}.${attempt} -->`;
}

/** The marker a comment begins with; null for every other comment, such as one that quotes ours. */
export function readMarker(body: string): CommentMarker | null {
  const match = /^<!-- finetune-bench:([a-z0-9._-]+) run ([0-9]{1,20})\.([0-9]{1,9}) -->/.exec(body);
  const [, suiteKey, runId, attempt] = match ?? [];
  if (suiteKey === undefined || runId === undefined || attempt === undefined) return null;
  return { suiteKey, runId, attempt: Number(attempt) };
}

/** Run ids grow with time, so an old run that is started again stays older than what came after it. */
export function isNewer(a: CommentMarker, b: CommentMarker): boolean {
  const [runA, runB] = [BigInt(a.runId), BigInt(b.runId)];
  return runA === runB ? a.attempt > b.attempt : runA > runB;
}

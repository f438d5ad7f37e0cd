/** Keeps the code of strangers off machines and tokens that it could misuse. */
import { UserError } from "../core/errors.ts";
import type { JobContext } from "./job-context.ts";

/** Events whose token can write although a stranger's code may be at hand. */
const POWERFUL = new Set(["pull_request_target", "workflow_run"]);

/** Throws a {@link UserError} when the job would run a stranger's code that nobody allowed, or that nobody may allow. */
export function refuseFork(
  { stranger, job, isHosted }: Pick<JobContext, "stranger" | "job" | "isHosted">,
  allowForks: boolean,
): void {
  if (stranger === null) return;
  const origin = {
    "other-repository": "comes from a fork",
    "deleted-repository": "comes from a repository that no longer exists (or that the event does not name)",
    dependabot: "was opened by Dependabot",
  }[stranger];
  const what =
    job.pull_request === null ? "the commit of the run that started this one" : `pull request #${job.pull_request}`;
  if (POWERFUL.has(job.event)) {
    throw new UserError(
      `${what} ${origin}, and a ${job.event} job holds a token and secrets that its code must never come near. Nothing ` +
        `was run. Measure it with mode: measure in a pull_request job, and report on that run with mode: report here`,
    );
  }
  if (allowForks || (isHosted && job.event === "pull_request")) return;
  throw new UserError(
    `${what} ${origin}, and measuring it would run that code on this self-hosted ` +
      `runner, where it could read and keep whatever the runner can. Nothing was run. If you trust it (an ephemeral ` +
      `runner, or every outside contribution is approved by hand), set the input allow-forks: true; else skip the job ` +
      `with if: github.event.pull_request.head.repo.full_name == github.repository`,
  );
}

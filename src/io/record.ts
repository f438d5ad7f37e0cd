/** Stores a job's result as a new point of the history, before anything is judged. */
import type { Recorded } from "../core/report.ts";
import type { JobResult } from "../core/result.ts";
import type { Host } from "./host.ts";

/** A failing verdict never prevents the save, and a failing save never hides the verdict. */
export async function recordResult(
  result: JobResult,
  host: Pick<Host, "record" | "store" | "progress" | "signal">,
): Promise<{ recorded: Recorded; fault: string | null }> {
  if (!host.record) return { recorded: "no", fault: null };
  if (host.signal.aborted) return { recorded: "no", fault: "the job was cancelled: its result is not recorded" };
  host.progress.phase("Record");
  const outcome = await host.store.save(result);
  if (!outcome.saved) return { recorded: "failed", fault: `baseline not saved: ${outcome.warning}` };
  host.progress.line(`saved to ${outcome.where}`);
  return { recorded: "yes", fault: null };
}

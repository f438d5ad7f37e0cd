/** Stores a job's result as a new point of the history, before anything is judged. */
import type { Recorded } from "../core/report.ts";
import type { JobResult } from "../core/result.ts";
import type { Host } from "./host.ts";

/** A failing verdict never prevents the save, and a failing save never hides the verdict. */
export async function recordResult(
  result: JobResult,
  host: Pick<Host, "record" | "store" | "progress" | "signal">,
): Promise<{ recorded: Recorded; warnings: string[] }> {
  if (!host.record) return { recorded: "no", warnings: [] };
  if (host.signal.aborted) return { recorded: "no", warnings: ["The job was cancelled: its result is not recorded."] };
  host.progress.phase("Record");
  const outcome = await host.store.save(result);
  if (!outcome.saved) return { recorded: "failed", warnings: [`Baseline not saved: ${outcome.warning}`] };
  host.progress.line(`saved to ${outcome.where}`);
  return { recorded: "yes", warnings: [] };
}

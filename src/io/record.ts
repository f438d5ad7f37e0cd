/** Stores results as new points of the history, before anything is judged. */
import type { Recording } from "../core/job-report.ts";
import type { Recorded } from "../core/report.ts";
import type { JobResult } from "../core/result.ts";
import type { Host } from "./host.ts";
import type { ReportHost } from "./report-host.ts";

/** A failing verdict never prevents the save, and a failing save never hides the verdict. */
export async function recordResult(
  result: JobResult,
  host: Pick<Host, "record" | "store" | "progress" | "signal">,
): Promise<{ recorded: Recorded; fault: string | null }> {
  if (host.record !== "now") return { recorded: host.record === "later" ? "later" : "no", fault: null };
  if (host.signal.aborted) return { recorded: "no", fault: "the job was cancelled: its result is not recorded" };
  host.progress.phase("Record");
  const outcome = await host.store.save(result);
  if (!outcome.saved) return { recorded: "failed", fault: `baseline not saved: ${outcome.warning}` };
  host.progress.line(`saved to ${outcome.where}`);
  return { recorded: "yes", fault: null };
}

/** The same for results that other jobs measured, in their order and in one change of the store. */
export async function recordEach(
  results: readonly JobResult[],
  { mayRecord, store, progress }: Pick<ReportHost, "mayRecord" | "store" | "progress">,
): Promise<Recording[]> {
  const allowed = results.map(mayRecord);
  const saved = results.filter((_result, index) => allowed[index] === true);
  if (saved.length > 0) progress.phase("Record");
  const outcomes = new Map((await store.saveEach(saved)).map((outcome, index) => [saved[index], outcome]));
  return results.map((result, index): Recording => {
    const may = allowed[index] ?? false;
    if (may === false) return { wanted: false, recorded: "no", fault: null };
    const outcome = outcomes.get(result);
    if (outcome?.saved === true) {
      progress.line(`saved to ${outcome.where}`);
      return { wanted: true, recorded: "yes", fault: null };
    }
    const why = outcome?.warning ?? (may === true ? "nothing was stored" : may.fault);
    return { wanted: true, recorded: "failed", fault: `baseline not saved: ${why}` };
  });
}

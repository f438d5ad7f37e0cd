/** The summary page of the job. */
import { appendFile, stat } from "node:fs/promises";
import { systemFault } from "./system-fault.ts";

/** Of one step: a larger file is an error to the runner, and nothing of it is shown. */
export const MAX_SUMMARY_BYTES = 1024 * 1024;

export interface SummaryRequest {
  readonly markdown: string;
  /** The file the runner names in GITHUB_STEP_SUMMARY. */
  readonly file: string | undefined;
  /** Where the whole report is when it does not fit. */
  readonly fullReportUrl: string | null;
}

/** Appends to the summary; the answer is a warning, or null when everything was written. */
export async function writeSummary({ markdown, file, fullReportUrl }: SummaryRequest): Promise<string | null> {
  if (file === undefined || file === "") {
    return "there is no job summary: this runner sets no GITHUB_STEP_SUMMARY. The report is in the artifact.";
  }
  try {
    const written = (await stat(file)).size;
    const text = `${markdown.trimEnd()}\n`;
    if (written + Buffer.byteLength(text) <= MAX_SUMMARY_BYTES) {
      await appendFile(file, text);
      return null;
    }
    const place = fullReportUrl === null ? "report.md of the results folder" : `[the artifact](${fullReportUrl})`;
    const heading = /^#{1,6} .{1,300}$/m.exec(markdown)?.[0] ?? "### finetune-bench";
    const note = `${heading}\n\nThe report is larger than a job summary may be (1 MiB); the whole of it is in ${place}.\n`;
    if (written + Buffer.byteLength(note) <= MAX_SUMMARY_BYTES) await appendFile(file, note);
    return `the report did not fit into the job summary (1 MiB a step); the whole of it is in ${place}.`;
  } catch (error) {
    return `the job summary could not be written: ${systemFault(error).message}`;
  }
}

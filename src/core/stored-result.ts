/** One file of a baseline store: its name, and reading it without trusting it. */
import * as z from "zod";
import { jobResultSchema, RESULT_SCHEMA_VERSION, type JobResult } from "./result.ts";

/** A file beyond this is set aside unread: the largest honest result is some hundred kilobytes. */
export const MAX_STORED_BYTES = 4 * 1024 * 1024;

const safe = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** `<runner-key>/<sha>-<run id>-<attempt>.json`, with `/` on every system. */
export function storedPath(result: JobResult): string {
  const { sha, run_id, attempt } = result.job;
  // The text may come from an artifact that somebody else made: it must never lead out of the store.
  if (!safe.test(run_id)) throw new Error(`run id ${JSON.stringify(run_id)} cannot be part of a file name`);
  return `${result.runner_key}/${sha ?? "nocommit"}-${run_id}-${attempt}.json`;
}

export function storedText(result: JobResult): string {
  return `${JSON.stringify(result, null, 1)}\n`;
}

export type StoredFile =
  | { readonly usable: true; readonly result: JobResult }
  | { readonly usable: false; readonly warning: string };

const versionSchema = z.looseObject({ schema: z.number() });

/** Parses the text of the file `path`; one that cannot serve gives a warning that names it and what to do. */
export function readStoredFile(path: string, text: string, runnerKey: string): StoredFile {
  const json = parseJson(text);
  if (json === undefined) {
    return aside(path, "it is not valid JSON (a write that broke off?)", "delete it, or restore it from its artifact");
  }
  const version = versionSchema.safeParse(json);
  if (version.success && version.data.schema > RESULT_SCHEMA_VERSION) {
    const fault = `a newer finetune-bench wrote it (schema ${version.data.schema}, this one reads ${RESULT_SCHEMA_VERSION})`;
    return aside(path, fault, "use one version of the action in all workflows that share this history");
  }
  const parsed = jobResultSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? "the file" : issue.path.join(".");
    return aside(
      path,
      `${where}: ${issue?.message ?? "is not a result"}`,
      "delete it, or restore it from its artifact",
    );
  }
  if (parsed.data.runner_key !== runnerKey) {
    return aside(path, `it belongs to the runner ${parsed.data.runner_key}`, "move it to that runner's folder");
  }
  return { usable: true, result: parsed.data };
}

export function oversized(path: string, bytes: number): StoredFile {
  return aside(path, `it has ${bytes} bytes, more than the ${MAX_STORED_BYTES} a result may have`, "delete it");
}

function aside(path: string, fault: string, remedy: string): StoredFile {
  const warning = `stored baseline ${path} is not used: ${fault}; the other files serve. To mend it, ${remedy}.`;
  return { usable: false, warning: warning.slice(0, 2000) };
}

/** Undefined when the text is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MOST_WARNINGS = 5;

/** Results in the order of the time in the files, and at most a handful of warnings. */
export function gather(files: readonly StoredFile[]): { results: JobResult[]; warnings: string[] } {
  const results = files.flatMap((file) => (file.usable ? [file.result] : []));
  const warnings = files.flatMap((file) => (file.usable ? [] : [file.warning]));
  const rest = warnings.length - MOST_WARNINGS;
  if (rest > 0) warnings.splice(MOST_WARNINGS, rest, `${rest} more stored baselines are not used for such reasons.`);
  results.sort(
    (a, b) => Date.parse(a.job.started_at) - Date.parse(b.job.started_at) || (a.job.run_id < b.job.run_id ? -1 : 1),
  );
  return { results, warnings };
}

/** One file of a baseline store: its name, and reading it without trusting it. */
import * as z from "zod";
import { qualificationSchema, type Qualification } from "./qualification.ts";
import { jobResultSchema, RESULT_SCHEMA_VERSION, type JobResult } from "./result.ts";
import { suiteSuffix } from "./suite-key.ts";

/** A file beyond this is set aside unread: the largest honest result is some hundred kilobytes. */
export const MAX_STORED_BYTES = 4 * 1024 * 1024;

/** Below a runner's folder: what the runner was found able to detect, apart from its results. */
const QUALIFIED = "qualified";

const safe = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
/** Whether a text may be a part of the name of a stored file. */
export function isFileName(text: string): boolean {
  return safe.test(text);
}

const runnerKey = /^[a-z0-9][a-z0-9._-]{0,99}$/;
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const fileName = /^[^./\\\u0000-\u001f][^/\\\u0000-\u001f]{0,249}\.json$/;

export interface StoredName {
  readonly runnerKey: string;
  readonly kind: "result" | "qualification";
}

/** What a path inside a store names; null for everything that is no stored file. */
export function parseStoredPath(path: string): StoredName | null {
  const parts = path.split("/");
  const [folder = "", sub] = parts;
  const isQualification = parts.length === 3 && sub === QUALIFIED;
  if (parts.length !== 2 && !isQualification) return null;
  if (!runnerKey.test(folder) || !fileName.test(parts.at(-1) ?? "")) return null;
  return { runnerKey: folder, kind: isQualification ? "qualification" : "result" };
}

/** Folders that hold stored files of a runner. */
export function storedFolders(key: string): string[] {
  return [key, `${key}/${QUALIFIED}`];
}

/** `<runner-key>/<sha>-<run id>-<attempt>[-<suite>].json`, with `/` on every system. */
export function storedPath(result: JobResult): string {
  const { sha, run_id, attempt } = result.job;
  // The text may come from an artifact that somebody else made: it must never lead out of the store.
  if (!isFileName(run_id)) throw new Error(`run id ${JSON.stringify(run_id)} cannot be part of a file name`);
  return `${result.runner_key}/${sha ?? "nocommit"}-${run_id}-${attempt}${suiteSuffix(result.suite.name)}.json`;
}

/** `<runner-key>/qualified/<time>.json`: the time without its punctuation, which some file systems refuse. */
export function qualificationPath({ runner_key, made_at }: Qualification): string {
  return `${runner_key}/${QUALIFIED}/${made_at.replace(/[^0-9TZ]/g, "")}.json`;
}

export function storedText(value: JobResult | Qualification): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** A file as a store holds it; `fault` in place of a text that could not be taken. */
export type RawFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly fault: string; readonly remedy: string };

export type StoredFile =
  | { readonly state: "result"; readonly path: string; readonly result: JobResult }
  | { readonly state: "qualification"; readonly path: string; readonly qualification: Qualification }
  /** `newer`: another version of this program can read it. */
  | {
      readonly state: "unusable";
      readonly path: string;
      readonly newer: boolean;
      readonly fault: string;
      readonly warning: string;
    };

const RESTORE = "delete it, or restore it from its artifact";
const ONE_VERSION = "use one version of the action in all workflows that share this history";

export function oversized(path: string, bytes: number): RawFile {
  return {
    path,
    fault: `it has ${bytes} bytes, more than the ${MAX_STORED_BYTES} a result may have`,
    remedy: "delete it",
  };
}

export function irregular(path: string): RawFile {
  return { path, fault: "it is a link, a folder or a device, not a plain file", remedy: "put the file itself there" };
}

/** One that cannot serve gives a warning that names it and what to do. */
export function readStored(file: RawFile): StoredFile {
  const { path } = file;
  if ("fault" in file) return aside(path, file.fault, file.remedy);
  const name = parseStoredPath(path);
  if (name === null) return aside(path, "its name is not one that this program gives", "move it out of the store");
  const json = parseJson(file.text);
  if (json === undefined) return aside(path, "it is not valid JSON (a write that broke off?)", RESTORE);
  const known = name.kind === "result" ? RESULT_SCHEMA_VERSION : 1;
  const version = versionSchema.safeParse(json);
  if (version.success && version.data.schema > known) {
    return newer(path, `a newer finetune-bench wrote it (schema ${version.data.schema}, this one reads ${known})`);
  }
  return name.kind === "result" ? readResult(path, name, json) : readQualification(path, name, json);
}

const versionSchema = z.looseObject({ schema: z.number() });

function readResult(path: string, name: StoredName, json: unknown): StoredFile {
  const parsed = jobResultSchema.safeParse(json);
  if (!parsed.success) return unfit(path, parsed.error);
  const result = parsed.data;
  if (result.runner_key !== name.runnerKey) return foreign(path, result.runner_key);
  if (!isFileName(result.job.run_id)) return aside(path, "job.run_id: cannot be part of a file name", "delete it");
  return { state: "result", path, result };
}

function readQualification(path: string, name: StoredName, json: unknown): StoredFile {
  const parsed = qualificationSchema.safeParse(json);
  if (!parsed.success) return unfit(path, parsed.error);
  if (parsed.data.runner_key !== name.runnerKey) return foreign(path, parsed.data.runner_key);
  return { state: "qualification", path, qualification: parsed.data };
}

function unfit(path: string, error: z.ZodError): StoredFile {
  const issue = error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? "the file" : issue.path.join(".");
  const fault = `${where}: ${issue?.message ?? "is not a result"}`;
  // Everything this version knows is there: what it does not know, a newer one added.
  if (error.issues.every(({ code }) => code === "unrecognized_keys")) {
    return newer(path, `${fault} (did a newer finetune-bench write it?)`);
  }
  return aside(path, fault, RESTORE);
}

function foreign(path: string, owner: string): StoredFile {
  return aside(path, `it belongs to the runner ${owner}`, "move it to that runner's folder");
}

function newer(path: string, fault: string): StoredFile {
  return { ...aside(path, fault, ONE_VERSION), newer: true };
}

function aside(path: string, fault: string, remedy: string): StoredFile & { state: "unusable" } {
  const warning = `stored baseline ${path} is not used: ${fault}; the other files serve. To mend it, ${remedy}.`;
  return { state: "unusable", path, newer: false, fault, warning: warning.slice(0, 2000) };
}

/** Undefined when the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MOST_WARNINGS = 5;

export interface Gathered {
  /** In the order of the time in the files, oldest first. */
  readonly results: JobResult[];
  /** The newest one. */
  readonly qualification: Qualification | null;
  /** At most a handful. */
  readonly warnings: string[];
}

export function gather(files: readonly StoredFile[]): Gathered {
  const results = files.flatMap((file) => (file.state === "result" ? [file.result] : []));
  const qualifications = files.flatMap((file) => (file.state === "qualification" ? [file.qualification] : []));
  const warnings = files.flatMap((file) => (file.state === "unusable" ? [file.warning] : []));
  const rest = warnings.length - MOST_WARNINGS;
  if (rest > 0) warnings.splice(MOST_WARNINGS, rest, `${rest} more stored baselines are not used for such reasons.`);
  results.sort(
    (a, b) => Date.parse(a.job.started_at) - Date.parse(b.job.started_at) || (a.job.run_id < b.job.run_id ? -1 : 1),
  );
  qualifications.sort((a, b) => Date.parse(a.made_at) - Date.parse(b.made_at));
  return { results, qualification: qualifications.at(-1) ?? null, warnings };
}

/** Chooses which files of an export or an artifact become part of a store: all of them are somebody else's. */
import { canonicalJson } from "./hash.ts";
import type { Qualification } from "./qualification.ts";
import type { JobResult } from "./result.ts";
import {
  qualificationPath,
  readStored,
  storedPath,
  storedText,
  type RawFile,
  type StoredFile,
} from "./stored-result.ts";

/** A file as it was found, under the name by which people know it. */
export interface FoundFile {
  readonly source: string;
  readonly raw: RawFile;
}

export interface ImportPlan {
  readonly add: readonly { readonly path: string; readonly text: string }[];
  /** Paths whose very result is there already. */
  readonly present: readonly string[];
  /** Paths that hold something else, which stays. */
  readonly taken: readonly string[];
  readonly refused: readonly { readonly source: string; readonly fault: string }[];
}

/**
 * Names are made from the contents, never taken from the archive: none can lead out of the store. What is there already is
 * known by its contents too, since older versions named it otherwise.
 */
export function planImport(found: readonly FoundFile[], existing: readonly StoredFile[]): ImportPlan {
  const there = new Map(existing.map((file) => [file.path, meaningOf(contentOf(file))]));
  const meanings = new Set(there.values());
  const add = new Map<string, JobResult | Qualification>();
  const present = new Set<string>();
  const taken = new Set<string>();
  const refused: { source: string; fault: string }[] = [];
  for (const { source, raw } of found) {
    const file = readStored(raw);
    const fault = faultOf(file);
    const content = contentOf(file);
    if (fault !== null || content === null) {
      refused.push({ source, fault: fault ?? "is no result" });
      continue;
    }
    const path = pathOf(file);
    const meaning = meaningOf(content);
    if (meanings.has(meaning)) present.add(path);
    else if (there.has(path) || meaningOf(add.get(path) ?? content) !== meaning) taken.add(path);
    else add.set(path, content);
  }
  return {
    add: [...add].map(([path, content]) => ({ path, text: storedText(content) })),
    present: [...present],
    taken: [...taken],
    refused,
  };
}

function pathOf(file: StoredFile): string {
  if (file.state === "result") return storedPath(file.result);
  return file.state === "qualification" ? qualificationPath(file.qualification) : file.path;
}

function contentOf(file: StoredFile): JobResult | Qualification | null {
  if (file.state === "result") return file.result;
  return file.state === "qualification" ? file.qualification : null;
}

/** Equal for equal contents, whichever version wrote them and in which order; null equals no content. */
function meaningOf(content: JobResult | Qualification | null): string | null {
  return content === null ? null : canonicalJson(content);
}

function faultOf(file: StoredFile): string | null {
  if (file.state === "unusable") return file.fault;
  return file.state === "result" && isOfPullRequest(file.result)
    ? "it measured a pull request, which never becomes history"
    : null;
}

function isOfPullRequest({ job }: JobResult): boolean {
  return job.pull_request !== null || /^(?:pull_request|merge_group)/.test(job.event);
}

/** Uploads the results folder as an artifact of the workflow run. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { describeError } from "../core/errors.ts";

export interface UploadRequest {
  readonly folder: string;
  readonly name: string;
  /** `https://github.com/owner/name/actions/runs/1`, with or without an attempt. */
  readonly runUrl: string;
}

export type UploadOutcome =
  | { readonly uploaded: true; readonly url: string }
  | { readonly uploaded: false; readonly warning: string };

/** `finetune-bench-<runner key>-<run id>-<attempt>`: unique in its run, also among the jobs of a matrix. */
export function artifactName(runnerKey: string, runId: string, attempt: number): string {
  return `finetune-bench-${runnerKey}-${runId}-${attempt}`;
}

/** The client is loaded only here: it is the largest part of the program, and most commands never need it. */
export async function uploadResults({ folder, name, runUrl }: UploadRequest): Promise<UploadOutcome> {
  const files = await filesOf(folder);
  if (files.length === 0) return { uploaded: false, warning: `no artifact: ${folder} holds no file` };
  const { DefaultArtifactClient } = await import("@actions/artifact");
  try {
    const { id } = await new DefaultArtifactClient().uploadArtifact(name, files, folder);
    if (id === undefined) return { uploaded: false, warning: `the artifact ${name} was uploaded without an id` };
    return { uploaded: true, url: `${runUrl.replace(/\/attempts\/\d+$/, "")}/artifacts/${id}` };
  } catch (error) {
    return { uploaded: false, warning: `the artifact ${name} was not uploaded: ${explain(error)}` };
  }
}

function explain(error: unknown): string {
  const message = describeError(error);
  if (error instanceof Error && error.name === "GHESNotSupportedError") {
    return "GitHub Enterprise Server has no artifacts of this kind. Copy the results folder with a step of your own (output results-path).";
  }
  if (/ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL/.test(message)) {
    return `${message}; artifacts exist only inside a workflow run.`;
  }
  if (/\b409\b/.test(message)) {
    return `${message}. Another job of this run uploaded that name: give the jobs different runner keys.`;
  }
  return message;
}

/** Plain files only: what was measured is foreign code, and a link it left behind could point at anything. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
}

/** Uploads the results folder as an artifact of the workflow run. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ArtifactClient } from "@actions/artifact";
import { describeError } from "../core/errors.ts";

export interface UploadRequest {
  readonly folder: string;
  readonly name: string;
  /** `https://github.com/owner/name/actions/runs/1`, with or without an attempt. */
  readonly runUrl: string;
  /** Seconds after which it is given up. */
  readonly withinS?: number;
}

export type UploadOutcome =
  | { readonly uploaded: true; readonly url: string }
  | { readonly uploaded: false; readonly warning: string };

/** Each may take a name that nothing can be stored under any more. */
const ATTEMPTS = 3;
const WAIT_S = 2;

/** The client is loaded only here: it is the largest part of the program, and most commands never need it. */
export async function uploadResults(request: UploadRequest): Promise<UploadOutcome> {
  const { folder, name, runUrl, withinS = 600 } = request;
  const files = await filesOf(folder);
  if (files.length === 0) return { uploaded: false, warning: `no artifact: ${folder} holds no file` };
  const { DefaultArtifactClient } = await import("@actions/artifact");
  const client = new DefaultArtifactClient();
  const clock = new AbortController();
  try {
    // The client knows no end to waiting for an answer.
    const late = sleep(withinS * 1000, undefined, { signal: clock.signal }).then(() => {
      throw new Error(`it took longer than ${withinS} s`);
    });
    const id = await Promise.race([uploadOnce(client, { name, files, folder }), late]);
    return { uploaded: true, url: `${runUrl.replace(/\/attempts\/\d+$/, "")}/artifacts/${id}` };
  } catch (error) {
    return { uploaded: false, warning: `the artifact ${name} was not uploaded: ${explain(error)}` };
  } finally {
    clock.abort();
  }
}

interface Upload {
  readonly name: string;
  readonly files: string[];
  readonly folder: string;
}

/**
 * Uploads under `name`, or under `name-2` where the name is taken: by another job of this run, or by an attempt of ours
 * whose answer was lost. Resolves to the id of the artifact. The client repeats what failed with 5xx, not a lost connection.
 */
async function uploadOnce(client: ArtifactClient, { name, files, folder }: Upload): Promise<number> {
  let wanted = name;
  let names = 1;
  for (let attempt = 1; ; attempt++) {
    try {
      const { id } = await client.uploadArtifact(wanted, files, folder);
      if (id === undefined) throw new Error("it was uploaded without an id");
      return id;
    } catch (error) {
      const message = describeError(error);
      const unfinished = message.includes("FinalizeArtifact");
      // Only who created an artifact comes so far: one that is complete now is ours.
      const finished = unfinished ? await idOf(client, wanted) : null;
      if (finished !== null) return finished;
      const taken = /\b409\b/.test(message);
      if (attempt >= ATTEMPTS || !(taken || /Unable to make request/.test(message))) throw error;
      if (taken || unfinished) wanted = `${name}-${(names += 1)}`;
      if (!taken) await sleep(WAIT_S * 1000);
    }
  }
}

async function idOf(client: ArtifactClient, name: string): Promise<number | null> {
  try {
    return (await client.getArtifact(name)).artifact.id;
  } catch {
    // Not there, or the service is still away.
    return null;
  }
}

function explain(error: unknown): string {
  const message = describeError(error);
  if (error instanceof Error && error.name === "GHESNotSupportedError") {
    return "GitHub Enterprise Server has no artifacts of this kind. Copy the results folder with a step of your own (output results-path).";
  }
  const place = "The results folder is on the runner until the job ends (output results-path)";
  if (/ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL/.test(message)) {
    return `${message}; artifacts exist only inside a workflow run.`;
  }
  if (/\b409\b/.test(message)) {
    return `${message}. Other jobs of this run uploaded that name: give the jobs different runner keys. ${place}.`;
  }
  return `${message.replace(/\s+/g, " ")}. ${place}.`;
}

/** Plain files only: what was measured is foreign code, and a link it left behind could point at anything. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => path.join(entry.parentPath, entry.name)).sort();
}

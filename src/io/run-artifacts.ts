/** The results that the jobs of one workflow run uploaded, downloaded within limits. */
import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import * as z from "zod";
import { newestAttempts, parseArtifactName, reportName, type ResultsName } from "../core/artifact-name.ts";
import { MAX_STORED_BYTES } from "../core/stored-result.ts";
import { formatValue } from "../core/units.ts";
import type { WorkflowRun } from "../core/workflow-run.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, BrokenAnswer, describeFailure, withRetry } from "./retry.ts";
import { limited, TooLarge } from "./tar-reader.ts";
import { unreadable } from "./workflow-run.ts";
import { BadArchive, readZipEntry } from "./zip-entry.ts";

const PAGES = 10;
/** A matrix has no more jobs. */
const MOST_RESULTS = 256;
const PACKED_BYTES = 100 * 1024 * 1024;
export const ZIP_LIMITS = { entries: 20_000, unpackedBytes: 4 * 1024 ** 3, fileBytes: MAX_STORED_BYTES } as const;
const DOWNLOAD_TIMEOUT_MS = 300_000;

const artifactSchema = z.object({
  id: z.int().positive(),
  name: z.string(),
  size_in_bytes: z.number(),
  expired: z.boolean(),
  digest: z.string().nullish(),
});

export interface RunArtifact extends z.infer<typeof artifactSchema> {
  /** What its name says. */
  readonly parsed: ResultsName;
}

export interface ListedArtifacts {
  /** The newest attempt of every runner and suite, by runner key. */
  readonly artifacts: readonly RunArtifact[];
  /** Uploads of this action, results of the newest attempts and reports of the last one. */
  readonly uploads: number;
  readonly warnings: readonly string[];
}

/** Throws a {@link UserError} when they cannot be listed. */
export async function listResults(api: GitHubApi, run: WorkflowRun): Promise<ListedArtifacts> {
  const { octokit, owner, repo } = api;
  const found: RunArtifact[] = [];
  let reports = 0;
  let isWhole = false;
  for (let page = 1; page <= PAGES && !isWhole; page++) {
    const query = { owner, repo, run_id: run.id, per_page: 100, page };
    const { data } = await withRetry(() => octokit.rest.actions.listWorkflowRunArtifacts(query)).catch((error) => {
      throw unreadable(`the artifacts of workflow run ${run.id} could not be listed`, error);
    });
    for (const artifact of artifactSchema.array().parse(data.artifacts)) {
      // Other steps and other actions upload too.
      const parsed = parseArtifactName(artifact.name, String(run.id));
      if (artifact.name.startsWith(reportName(String(run.id), run.run_attempt))) reports += 1;
      if (parsed !== null) found.push({ ...artifact, parsed });
    }
    isWhole = data.artifacts.length < query.per_page;
  }
  const artifacts = newestAttempts(found);
  const warnings = [
    ...(isWhole ? [] : [`run ${run.id} has more than ${PAGES * 100} artifacts: the others were not looked at`]),
    ...(artifacts.length > MOST_RESULTS
      ? [`run ${run.id} has more than ${MOST_RESULTS} results: the others are left out`]
      : []),
  ];
  return { artifacts: artifacts.slice(0, MOST_RESULTS), uploads: artifacts.length + reports, warnings };
}

/**
 * The text of its result.json, or why it is not used: a sentence without a full stop.
 *
 * @param mostBytes of the archive
 */
export async function downloadResult(
  api: GitHubApi,
  artifact: RunArtifact,
  mostBytes = PACKED_BYTES,
): Promise<{ readonly text: string } | { readonly fault: string }> {
  if (artifact.expired) return { fault: "its artifact has expired" };
  const tooLarge = { fault: `its artifact is larger than ${formatValue(mostBytes, "B")}` };
  if (artifact.size_in_bytes > mostBytes) return tooLarge;
  try {
    const bytes = await download(api, artifact.id, mostBytes);
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    if (typeof artifact.digest === "string" && artifact.digest !== digest) {
      return { fault: "its artifact is not the one that was uploaded (digest)" };
    }
    return { text: (await readZipEntry(bytes, "result.json", ZIP_LIMITS)).toString("utf8") };
  } catch (error) {
    if (error instanceof TooLarge) return tooLarge;
    if (error instanceof BadArchive) return { fault: `its artifact is not used: ${error.message}` };
    return { fault: `its artifact could not be downloaded: ${describeFailure(apiFailure(error))}` };
  }
}

async function download({ octokit, owner, repo }: GitHubApi, id: number, mostBytes: number): Promise<Buffer> {
  return withRetry(async () => {
    const response = await octokit.rest.actions.downloadArtifact({
      owner,
      repo,
      artifact_id: id,
      archive_format: "zip",
      request: { parseSuccessResponseBody: false, signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) },
    });
    if (!(response.data instanceof ReadableStream)) throw new BrokenAnswer("the artifact came without a body");
    try {
      return await buffer(response.data.pipeThrough(limited("the artifact", mostBytes)));
    } catch (cause) {
      if (cause instanceof TooLarge) throw cause;
      throw new BrokenAnswer("the download of the artifact broke off", { cause });
    }
  });
}

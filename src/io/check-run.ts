/** The check run of a commit: one of a name, renewed by newer runs, and only where the token may write checks. */
import type { CheckAnnotation, CheckRun } from "../core/check-run.ts";
import { isNewer, readMarker, writeMarker, type CommentMarker } from "../core/comment-marker.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, describeFailure, withRetry } from "./retry.ts";

export interface CheckRequest {
  /** Of a pull request its head, never the merge that was measured. */
  readonly headSha: string;
  readonly marker: CommentMarker;
  readonly drawing: CheckRun;
  /** Where the whole report is. */
  readonly detailsUrl: string | null;
}

export type CheckOutcome =
  | { readonly state: "created" | "updated"; readonly url: string }
  /** A newer run has written already: its check run stands. */
  | { readonly state: "kept-newer"; readonly url: string }
  /** The token lacks checks: write, which nobody has to grant. */
  | { readonly state: "not-allowed" }
  | { readonly state: "failed"; readonly warning: string };

interface Found {
  readonly id: number;
  readonly url: string;
  readonly annotations: number;
  readonly marker: CommentMarker;
  readonly said: Pick<CheckRun, "conclusion" | "title" | "summary">;
}

const CONCLUSIONS = ["success", "failure", "neutral"] as const;

export async function publishCheckRun(api: GitHubApi, request: CheckRequest): Promise<CheckOutcome> {
  try {
    const [shown, ...others] = await findOwn(api, request);
    if (shown === undefined) return await create(api, request);
    const newer = [shown, ...others].find(({ marker }) => isNewer(marker, request.marker));
    return newer === undefined ? await update(api, request, shown) : { state: "kept-newer", url: newer.url };
  } catch (error) {
    const failure = apiFailure(error);
    if ((failure.status === 403 || failure.status === 404) && failure.waitS === null) return { state: "not-allowed" };
    return { state: "failed", warning: `the check run could not be written: ${describeFailure(failure)}` };
  }
}

/** Those that carry our mark, the one that GitHub shows first; jobs and other programs may have taken the same name. */
async function findOwn(api: GitHubApi, { headSha, drawing, marker }: CheckRequest): Promise<Found[]> {
  const { octokit, owner, repo } = api;
  const query = { owner, repo, ref: headSha, check_name: drawing.name, filter: "all", per_page: 100 } as const;
  const { data } = await withRetry(() => octokit.rest.checks.listForRef(query));
  const own = data.check_runs.flatMap((run): Found[] => {
    const known = readMarker(run.external_id ?? "");
    if (known === null || known.suiteKey !== marker.suiteKey) return [];
    const { title, summary, annotations_count: annotations } = run.output;
    const conclusion = CONCLUSIONS.find((word) => word === run.conclusion) ?? "neutral";
    const said = { conclusion, title: title ?? "", summary: summary ?? "" };
    return [{ id: run.id, url: run.html_url ?? "", annotations, marker: known, said }];
  });
  return own.toSorted((a, b) => b.id - a.id);
}

async function create(api: GitHubApi, request: CheckRequest): Promise<CheckOutcome> {
  const { octokit, owner, repo } = api;
  const [first = [], ...rest] = request.drawing.annotations;
  const fields = { ...fieldsOf(request, first), head_sha: request.headSha };
  const { data } = await withRetry(() => octokit.rest.checks.create({ owner, repo, ...fields }));
  await add(api, data.id, request, rest);
  const created: CheckOutcome = { state: "created", url: data.html_url ?? "" };
  await settle(api, request);
  return created;
}

/**
 * None can be taken away again. Where several runs made one at the same time, the one that GitHub shows gets what the
 * newest run says.
 */
async function settle(api: GitHubApi, request: CheckRequest): Promise<void> {
  const own = await findOwn(api, request);
  const [shown] = own;
  const newest = own.toSorted((a, b) => Number(isNewer(b.marker, a.marker)) - Number(isNewer(a.marker, b.marker)))[0];
  if (shown === undefined || newest === undefined || newest === shown) return;
  const { marker, said } = newest;
  await update(api, { ...request, marker, drawing: { ...request.drawing, ...said, annotations: [] } }, shown);
}

async function update(api: GitHubApi, request: CheckRequest, found: Found): Promise<CheckOutcome> {
  const { octokit, owner, repo } = api;
  // GitHub adds annotations to those that are there and takes none away: the first ones stand.
  const [first = [], ...rest] = found.annotations === 0 ? request.drawing.annotations : [];
  const fields = { ...fieldsOf(request, first), check_run_id: found.id };
  const { data } = await withRetry(() => octokit.rest.checks.update({ owner, repo, ...fields }));
  await add(api, data.id, request, rest);
  return { state: "updated", url: data.html_url ?? "" };
}

/** The annotations that one request has no room for. */
async function add(
  { octokit, owner, repo }: GitHubApi,
  id: number,
  request: CheckRequest,
  batches: readonly (readonly CheckAnnotation[])[],
): Promise<void> {
  for (const batch of batches) {
    const fields = { ...fieldsOf(request, batch), check_run_id: id };
    await withRetry(() => octokit.rest.checks.update({ owner, repo, ...fields }));
  }
}

function fieldsOf({ drawing, marker, detailsUrl }: CheckRequest, annotations: readonly CheckAnnotation[]) {
  const { name, conclusion, title, summary } = drawing;
  return {
    name,
    external_id: writeMarker(marker),
    ...(detailsUrl === null ? {} : { details_url: detailsUrl }),
    status: "completed" as const,
    conclusion,
    output: { title, summary, ...(annotations.length === 0 ? {} : { annotations: [...annotations] }) },
  };
}

/** The one comment of a pull request: found again, updated, and never written twice or by an older run. */
import { setTimeout as sleep } from "node:timers/promises";
import { isNewer, NO_SUITE, readMarker, writeMarker, type CommentMarker } from "../core/comment-marker.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, describeFailure, permissionAdvice, withRetry, type ApiFailure } from "./retry.ts";
import { loginOf } from "./token-login.ts";

export interface CommentRequest {
  readonly pullRequest: number;
  readonly marker: CommentMarker;
  /** Markdown without the marker. */
  readonly body: string;
  /** Where the whole report is when the body is longer than a comment may be. */
  readonly fullReportUrl: string | null;
  /** Renew the comment where there is one, and post none where there is not. */
  readonly onlyUpdate?: boolean;
}

export type CommentOutcome =
  | { readonly state: "created" | "updated"; readonly url: string }
  /** A newer run has written already: its comment stands. */
  | { readonly state: "kept-newer"; readonly url: string }
  /** Asked only to update, and there was nothing to update. */
  | { readonly state: "none" }
  | { readonly state: "failed"; readonly warning: string };

/** What GitHub takes: 65,536 characters by its own words, and 262,144 bytes. */
export const MAX_COMMENT_CHARACTERS = 65_536;
const MAX_COMMENT_BYTES = 262_144;

const MOST_LOOKS = 4;

interface Found {
  readonly id: number;
  readonly url: string;
  readonly author: string;
  readonly isBot: boolean;
  readonly marker: CommentMarker;
}

export async function publishComment(api: GitHubApi, request: CommentRequest): Promise<CommentOutcome> {
  try {
    return await publish(api, request);
  } catch (error) {
    return { state: "failed", warning: explain(apiFailure(error), request.pullRequest) };
  }
}

async function publish(api: GitHubApi, request: CommentRequest): Promise<CommentOutcome> {
  const text = textOf(request);
  const marked = await findMarked(api, request);
  const author = marked.length === 0 ? null : await ownLogin(api, marked);
  const ours = marked.filter((comment) => comment.author === author);
  if (ours.length > 0) {
    const outcome = await settle(api, { ours, text, marker: request.marker });
    if (outcome?.state === "updated") return settleRivals(api, { request, text, written: outcome, author });
    if (outcome !== null) return outcome;
  }
  if (request.onlyUpdate === true) return { state: "none" };
  const { url, author: login } = await create(api, request, text);
  return settleRivals(api, { request, text, written: { state: "created", url }, author: login });
}

interface Writing {
  readonly request: CommentRequest;
  readonly text: string;
  readonly written: CommentOutcome;
  readonly author: string | null;
}

/**
 * Another job may have created a comment at the same time, or an older one overwritten ours a moment after. GitHub knows
 * no "update if unchanged", so a job that met a rival looks again a moment later, until it finds one comment that is not
 * older than its own.
 */
async function settleRivals(api: GitHubApi, { request, text, written, author }: Writing): Promise<CommentOutcome> {
  const { marker } = request;
  let outcome = written;
  for (let look = 0; look < MOST_LOOKS; look++) {
    if (look > 0 || written.state === "updated") await sleep(500 + 1000 * Math.random());
    const ours = (await findMarked(api, request)).filter((comment) => comment.author === author);
    if (ours.length <= 1 && !ours.some((comment) => isNewer(marker, comment.marker))) return outcome;
    outcome = (await settle(api, { ours, text, marker })) ?? outcome;
  }
  return outcome;
}

interface Settlement {
  readonly ours: readonly Found[];
  readonly text: string;
  readonly marker: CommentMarker;
}

/**
 * Leaves one comment of ours, the oldest, with the newest text. All jobs keep the same one, so that two that settle at
 * the same time never delete each other's. Null when the one to keep has just been deleted by somebody.
 */
async function settle(api: GitHubApi, { ours, text, marker }: Settlement): Promise<CommentOutcome | null> {
  const [kept, ...others] = ours.toSorted((a, b) => a.id - b.id);
  if (kept === undefined) return null;
  const newer = ours.find((comment) => isNewer(comment.marker, marker));
  if (newer === undefined && !(await update(api, kept.id, text))) return null;
  for (const other of others) if (!isNewer(other.marker, marker)) await remove(api, other.id);
  return newer === undefined ? { state: "updated", url: kept.url } : { state: "kept-newer", url: newer.url };
}

/**
 * The suites whose comments of ours stand on a pull request; {@link NO_SUITE} alone where there are none. Where nothing is
 * known of this run, all of them are out of date.
 */
export async function suiteKeysOn(api: GitHubApi, pullRequest: number): Promise<readonly string[]> {
  try {
    const marked = await findAll(api, pullRequest);
    const author = marked.length === 0 ? null : await ownLogin(api, marked);
    const keys = new Set(marked.flatMap((comment) => (comment.author === author ? [comment.marker.suiteKey] : [])));
    if (keys.size > 1) keys.delete(NO_SUITE);
    return keys.size === 0 ? [NO_SUITE] : [...keys];
  } catch (error) {
    // Writing one will meet the same failure, and tell it.
    apiFailure(error);
    return [NO_SUITE];
  }
}

/** Those of the suite, and what an earlier run said of no suite. */
async function findMarked(api: GitHubApi, { pullRequest, marker }: CommentRequest): Promise<Found[]> {
  const marked = await findAll(api, pullRequest);
  return marked.filter(({ marker: { suiteKey } }) => suiteKey === marker.suiteKey || suiteKey === NO_SUITE);
}

async function findAll({ octokit, owner, repo }: GitHubApi, pullRequest: number): Promise<Found[]> {
  const found: Found[] = [];
  for (let page = 1; ; page++) {
    const query = { owner, repo, issue_number: pullRequest, per_page: 100, page };
    const { data } = await withRetry(() => octokit.rest.issues.listComments(query));
    for (const { id, html_url, user, body } of data) {
      const marker = readMarker(body ?? "");
      if (marker === null || user === null) continue;
      found.push({ id, url: html_url, author: user.login, isBot: user.type === "Bot", marker });
    }
    if (data.length < query.per_page) return found;
  }
}

async function create(
  api: GitHubApi,
  request: CommentRequest,
  body: string,
): Promise<{ readonly url: string; readonly author: string | null }> {
  const { octokit, owner, repo } = api;
  return withRetry(async (attempt) => {
    // An attempt whose answer was lost may have written the comment all the same.
    const written = attempt === 1 ? undefined : await findWritten(api, request);
    if (written !== undefined) return written;
    const { data } = await octokit.rest.issues.createComment({ owner, repo, issue_number: request.pullRequest, body });
    return { url: data.html_url, author: data.user?.login ?? null };
  });
}

/** The comment that this very job has written. */
async function findWritten(api: GitHubApi, request: CommentRequest): Promise<Found | undefined> {
  const { runId, attempt } = request.marker;
  const marked = await findMarked(api, request);
  const same = marked.filter(({ marker }) => marker.runId === runId && marker.attempt === attempt);
  if (same.length === 0) return undefined;
  const author = await ownLogin(api, same);
  return same.find((comment) => comment.author === author);
}

function ownLogin(api: GitHubApi, marked: readonly Found[]): Promise<string> {
  return loginOf(
    api,
    marked.filter((comment) => comment.isBot).map((comment) => comment.author),
  );
}

/** False when the comment is gone. */
async function update({ octokit, owner, repo }: GitHubApi, id: number, body: string): Promise<boolean> {
  return unlessGone(() => octokit.rest.issues.updateComment({ owner, repo, comment_id: id, body }));
}

async function remove({ octokit, owner, repo }: GitHubApi, id: number): Promise<boolean> {
  return unlessGone(() => octokit.rest.issues.deleteComment({ owner, repo, comment_id: id }));
}

async function unlessGone(request: () => Promise<unknown>): Promise<boolean> {
  try {
    await withRetry(request);
    return true;
  } catch (error) {
    if (apiFailure(error).status === 404) return false;
    throw error;
  }
}

/** The marked body, or its first paragraphs and the place of the rest: never a table cut in two. */
function textOf({ marker, body, fullReportUrl }: CommentRequest): string {
  const whole = `${writeMarker(marker)}\n${body}`;
  if (fits(whole)) return whole;
  const place = fullReportUrl === null ? "the summary of the job" : `[the job](${fullReportUrl})`;
  const note = `The report is longer than a comment may be; the whole of it is in ${place}.`;
  const blocks: string[] = [];
  for (const block of body.split(/\n{2,}/)) {
    if (/^\s*(\||<|```|~~~)/.test(block) || !fits([...blocks, block, whole.slice(0, 400), note].join("\n\n"))) break;
    blocks.push(block);
  }
  return `${writeMarker(marker)}\n${[...blocks, note].join("\n\n")}\n`;
}

function fits(text: string): boolean {
  return text.length <= MAX_COMMENT_CHARACTERS && Buffer.byteLength(text) <= MAX_COMMENT_BYTES;
}

function explain(failure: ApiFailure, pullRequest: number): string {
  const what = `the report could not be posted on pull request #${pullRequest}: ${describeFailure(failure)}.`;
  if (failure.status === 401) return `${what} The token is not valid; check the input token.`;
  const refused = (failure.status === 403 || failure.status === 404) && failure.waitS === null;
  if (!refused || /locked/i.test(failure.message)) return `${what} The same report is in the job summary.`;
  return (
    `${what} The same report is in the job summary. The token lacks pull-requests: write (for a pull request from a ` +
    `fork GitHub never grants it). ${permissionAdvice({ contents: "read", "pull-requests": "write" })}`
  );
}

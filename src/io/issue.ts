/** The one issue about lasting regressions of the default branch: found again, renewed, closed when they are gone. */
import { readIssueMarker } from "../core/issue-marker.ts";
import {
  ISSUE_LABEL,
  planIssue,
  standingRegressions,
  type IssueStep,
  type KnownIssue,
} from "../core/regression-issue.ts";
import type { Report } from "../core/report.ts";
import { suiteKeyOf } from "../core/suite-key.ts";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, describeFailure, permissionAdvice, withRetry, type ApiFailure } from "./retry.ts";
import { loginOf } from "./token-login.ts";

/** Events that look after the default branch without a change of their own; a push has its author's attention already. */
const LOOKING_AFTER = new Set(["schedule", "workflow_dispatch"]);

/** Nobody has this many issues of one label; a list that never ends must not be read for ever. */
const MOST_PAGES = 20;

interface Found extends KnownIssue {
  readonly author: string;
  readonly isBot: boolean;
}

/**
 * Does what the reports of the default branch ask for, each for its own runner and suite. A warning for each that could
 * not be done.
 */
export async function publishIssues(api: GitHubApi, reports: readonly Report[]): Promise<string[]> {
  const warnings: (string | null)[] = [];
  for (const report of reports) warnings.push(await publishIssue(api, report));
  return warnings.filter((warning) => warning !== null);
}

async function publishIssue(api: GitHubApi, report: Report): Promise<string | null> {
  if (!LOOKING_AFTER.has(report.job.event)) return null;
  try {
    await carryOut(api, planIssue(report, await findOurs(api, report)), report);
    return null;
  } catch (error) {
    return explain(apiFailure(error), report);
  }
}

/** The newest one, and of several that are open the newest of those. */
async function findOurs(api: GitHubApi, report: Report): Promise<KnownIssue | null> {
  const marked = await findMarked(api, report);
  if (marked.length === 0) return null;
  const bots = marked.filter(({ isBot }) => isBot).map(({ author }) => author);
  const login = await loginOf(api, bots);
  const ours = marked.filter(({ author }) => author === login).toSorted((a, b) => b.number - a.number);
  return ours.find(({ open }) => open) ?? ours[0] ?? null;
}

async function findMarked({ octokit, owner, repo }: GitHubApi, report: Report): Promise<Found[]> {
  const suiteKey = suiteKeyOf(report.suite.name);
  const found: Found[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const query = { owner, repo, labels: ISSUE_LABEL, state: "all", per_page: 100, page } as const;
    const { data } = await withRetry(() => octokit.rest.issues.listForRepo(query));
    for (const { number, state, user, body, pull_request: pull } of data) {
      const marker = readIssueMarker(body ?? "");
      if (marker === null || user === null || pull !== undefined) continue;
      if (marker.suiteKey !== suiteKey || marker.runnerKey !== report.runner_key) continue;
      const who = { author: user.login, isBot: user.type === "Bot" };
      found.push({ number, open: state === "open", body: body ?? "", marker, ...who });
    }
    if (data.length < query.per_page) break;
  }
  return found;
}

/** An attempt whose answer was lost may have done all the same what it was to do. */
async function carryOut(api: GitHubApi, step: IssueStep, report: Report): Promise<void> {
  const { octokit, owner, repo } = api;
  const at = { owner, repo };
  if (step.do === "nothing") return;
  if (step.do === "open") {
    const { title, body } = step;
    await withRetry(async (attempt) => {
      if (attempt > 1 && isOfJob(await findOurs(api, report), report)) return;
      await octokit.rest.issues.create({ ...at, title, body, labels: [ISSUE_LABEL] });
    });
    return;
  }
  const { number: issue_number, body, state, comment } = step;
  const become = state === null ? {} : ({ state, state_reason: state === "open" ? "reopened" : "completed" } as const);
  await withRetry(() => octokit.rest.issues.update({ ...at, issue_number, body, ...become }));
  if (comment === null) return;
  await withRetry(async (attempt) => {
    if (attempt > 1 && (await isSaid(api, issue_number, comment))) return;
    await octokit.rest.issues.createComment({ ...at, issue_number, body: comment });
  });
}

function isOfJob(issue: KnownIssue | null, { job }: Report): boolean {
  return issue !== null && issue.marker.runId === job.run_id && issue.marker.attempt === job.attempt;
}

/** Every comment names the run that wrote it, so no two are the same. */
async function isSaid({ octokit, owner, repo }: GitHubApi, issue_number: number, text: string): Promise<boolean> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const query = { owner, repo, issue_number, per_page: 100, page } as const;
    const { data } = await withRetry(() => octokit.rest.issues.listComments(query));
    if (data.some(({ body }) => body?.trim() === text.trim())) return true;
    if (data.length < query.per_page) return false;
  }
  return false;
}

/** Opening issues is a choice: who runs this by hand without the permission, or has nothing to hear, is not nagged. */
function explain(failure: ApiFailure, report: Report): string | null {
  const isRefused = (failure.status === 403 || failure.status === 404) && failure.waitS === null;
  const isMissed = report.job.event === "schedule" && standingRegressions(report).length > 0;
  if (isRefused && !isMissed) return null;
  const what = `the issue about lasting regressions could not be looked after: ${describeFailure(failure)}.`;
  return isRefused ? `${what} ${permissionAdvice({ contents: "write", issues: "write" })}` : what;
}

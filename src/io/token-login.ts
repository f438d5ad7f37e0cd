/** The login under which a token writes. */
import * as z from "zod";
import type { GitHubApi } from "./github-api.ts";
import { apiFailure, withRetry } from "./retry.ts";

/** The author of every comment that the token of a job writes. */
const JOB_TOKEN_LOGIN = "github-actions[bot]";
const viewerSchema = z.object({ viewer: z.object({ login: z.string() }) });

/**
 * Who this token writes as, where comments by `apps` might be its own. Tokens of apps, the job's own among them, may not
 * ask `GET /user`.
 */
export async function loginOf({ octokit }: GitHubApi, apps: readonly string[]): Promise<string> {
  try {
    const { data } = await withRetry(() => octokit.rest.users.getAuthenticated());
    return data.login;
  } catch (error) {
    const { status, waitS } = apiFailure(error);
    if ((status !== 403 && status !== 404) || waitS !== null) throw error;
  }
  // Only where another app has written a marked comment does it matter which app we are.
  if (apps.every((login) => login === JOB_TOKEN_LOGIN)) return JOB_TOKEN_LOGIN;
  try {
    const viewer = viewerSchema.safeParse(await withRetry(() => octokit.graphql("query { viewer { login } }")));
    return viewer.success ? viewer.data.viewer.login : JOB_TOKEN_LOGIN;
  } catch (error) {
    apiFailure(error);
    return JOB_TOKEN_LOGIN;
  }
}

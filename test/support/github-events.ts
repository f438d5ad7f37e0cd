/** Payloads of the events that are neither a push nor a pull request. */
import { type Account, repositoryJson, type RepositoryFacts, timestamp, userJson } from "./github-objects.ts";
import type { Pull } from "./github-repository.ts";

export interface CommentEvent {
  readonly id: number;
  readonly body: string;
  readonly author: Account;
  /** What the author is to the repository. */
  readonly association: string;
  readonly createdAt?: string;
}

/** Of `issue_comment`: a comment on a pull request, or on the plain issue of a number. */
export function commentPayload(facts: RepositoryFacts, on: Pull | number, comment: CommentEvent): object {
  const number = typeof on === "number" ? on : on.number;
  const url = `${facts.apiUrl}/repos/${facts.owner.login}/${facts.name}`;
  const html = `${facts.serverUrl}/${facts.owner.login}/${facts.name}`;
  const created = comment.createdAt ?? timestamp();
  return {
    action: "created",
    issue: {
      number,
      state: "open",
      title: "A change",
      url: `${url}/issues/${number}`,
      ...(typeof on === "number" ? {} : { pull_request: { url: `${url}/pulls/${number}`, merged_at: null } }),
    },
    comment: {
      id: comment.id,
      body: comment.body,
      user: userJson(comment.author),
      author_association: comment.association,
      created_at: created,
      updated_at: created,
      html_url: `${html}/pull/${number}#issuecomment-${comment.id}`,
    },
    repository: repositoryJson(facts),
    sender: userJson(comment.author),
  };
}

/** Of `schedule`: it names nothing but its line of the workflow. */
export function schedulePayload(): object {
  return { schedule: "17 3 * * *" };
}

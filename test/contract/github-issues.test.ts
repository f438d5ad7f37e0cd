import { getOctokit } from "@actions/github";
import { describe, expect, it } from "vitest";
import { type GitHub, startGitHub } from "../support/github-server.ts";

const at = { owner: "ada", repo: "engine" };

function client(github: GitHub, token = github.token) {
  return getOctokit(token, { baseUrl: github.apiUrl }).rest;
}

describe("issues and people of the pretended GitHub", () => {
  it("keeps issues apart from pull requests, and takes reactions and questions about people", async () => {
    await using github = await startGitHub();
    await github.git.commit("main", { "README.md": "# engine\n" }, "first");
    await github.git.run(["branch", "change", "main"]);
    await github.pulls.open({ number: 7, head: "change" });
    const { issues, reactions, repos } = client(github, github.issueToken({ issues: "write" }));
    const { data: issue } = await issues.create({ ...at, title: "slow", body: "since today", labels: ["bench"] });
    await issues.createComment({ ...at, issue_number: issue.number, body: "still" });
    const closing = { ...at, issue_number: issue.number, state: "closed", state_reason: "completed" } as const;
    expect((await issues.update(closing)).data).toMatchObject({ state: "closed", state_reason: "completed" });
    expect((await issues.listForRepo({ ...at, labels: "bench", state: "all" })).data).toHaveLength(1);
    expect((await issues.listForRepo({ ...at, labels: "bench" })).data).toEqual([]);
    await expect(client(github).issues.create({ ...at, title: "no" })).rejects.toMatchObject({ status: 403 });
    const comment = github.comments.add(7, "/bench");
    const eyes = { ...at, comment_id: comment.id, content: "eyes" } as const;
    expect((await reactions.createForIssueComment(eyes)).status).toBe(201);
    expect((await reactions.createForIssueComment(eyes)).status).toBe(200);
    expect(comment.reactions).toEqual([{ kind: "eyes", author: "github-actions[bot]" }]);
    github.people.set("grace", "maintain");
    const asked = await Promise.all(
      ["grace", "mallory"].map((username) => repos.getCollaboratorPermissionLevel({ ...at, username })),
    );
    expect(asked.map(({ data }) => data.permission)).toEqual(["write", "none"]);
    github.issues.enabled = false;
    await expect(issues.create({ ...at, title: "no" })).rejects.toMatchObject({ status: 410 });
    expect(github.violations).toEqual([]);
  });
});

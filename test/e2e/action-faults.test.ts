/**
 * The shipped action while GitHub fails in every way it knows: what passes is waited out and leaves no trace, what lasts is
 * said with its reason and what to do, and nothing is ever published twice or lost.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { type FaultKind, measureHistory, runFaultJob } from "../support/fault-job.ts";

const READING = ["git/list-matching-refs", "repos/download-tarball-archive", "archive"];
const WRITING = ["git/get-commit", "git/get-tree", "git/create-tree", "git/create-commit", "git/update-ref"];
const COMMENTING = ["issues/list-comments", "issues/create-comment"];
const UPLOADING = ["CreateArtifact", "PutBlob", "FinalizeArtifact"];
const SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

let history: { path: string; text: string };
beforeAll(async () => {
  history = await measureHistory();
});

const meet = (operations: readonly string[], kind: FaultKind) =>
  operations.map((operation) => ({ operation, ...kind }));

/** Each meets every request of the job, once. */
const PASSING: readonly [string, FaultKind][] = [
  ["500", { status: 500 }],
  ["502 after it was done", { cut: "after" }],
  ["503", { status: 503, message: "No server is currently available" }],
  ["429 with retry-after", { status: 429, headers: { "retry-after": "1" } }],
  ["a secondary limit", { status: 403, message: SECONDARY, headers: { "retry-after": "1" } }],
  ["a reset before anything was done", { cut: "before" }],
  ["an answer cut in the middle", { cut: "halfway" }],
  ["silence", { hang: true }],
  ["slow answers", { delayMs: 1000 }],
  ["a page of somebody in between", { page: "<html>Please sign in</html>" }],
];

describe.concurrent.each(PASSING)("%s, once at every request", (_, kind) => {
  it("delays a pull request's job and changes nothing", async () => {
    const faults = meet([...READING, ...COMMENTING], kind);
    const { result, comments, artifacts, warnings } = await runFaultJob(history, { event: "pull_request", faults });
    expect(result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "false" });
    expect(comments).toHaveLength(1);
    expect(comments[0]).toContain("No change");
    expect(artifacts).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it("delays a push and stores its result once", async () => {
    const faults = meet([...READING, ...WRITING], kind);
    const { result, stored, warnings } = await runFaultJob(history, { event: "push", faults });
    expect(result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "true" });
    expect(stored).toBe(2);
    expect(warnings).toEqual([]);
  });
});

interface Lasting {
  readonly kind: FaultKind;
  /** In the words of summary and annotations. */
  readonly reason: RegExp;
  /** Whether lines of permissions to paste belong to it. */
  readonly paste?: boolean;
}

const LASTING: readonly [string, Lasting][] = [
  ["500", { kind: { status: 500 }, reason: /GitHub answered 500/ }],
  ["resets", { kind: { cut: "before" }, reason: /GitHub's API did not answer/ }],
  ["silence", { kind: { hang: true }, reason: /GitHub's API did not answer/ }],
  [
    "429 for an hour",
    { kind: { status: 429, headers: { "retry-after": "3600" } }, reason: /429.*a rate limit that ends in 3600 s/s },
  ],
  [
    "403",
    {
      kind: { status: 403, message: "Resource not accessible by integration" },
      reason: /403 \(Resource not accessible by integration\)/,
      paste: true,
    },
  ],
  ["404", { kind: { status: 404, message: "Not Found" }, reason: /404 \(Not Found\)/, paste: true }],
  ["422", { kind: { status: 422, message: "Validation Failed" }, reason: /422 \(Validation Failed\)/ }],
];

describe.concurrent.each(LASTING)("%s, for ever", (_, { kind, reason, paste = false }) => {
  const lasting = { ...kind, times: Infinity };

  it("leaves a pull request its verdict and its summary, without history and comment", async () => {
    const faults = meet([...READING, ...COMMENTING], lasting);
    const { result, comments, artifacts, warnings } = await runFaultJob(history, { event: "pull_request", faults });
    expect(result.outputs).toMatchObject({ verdict: "no-baseline", gate: "neutral", "comment-url": "" });
    expect(comments).toEqual([]);
    expect(artifacts).toHaveLength(1);
    const [unread, unposted] = [/could not be read/, /could not be posted on pull request #7/].map((words) => {
      const said = warnings.find((warning) => words.test(warning)) ?? "";
      expect(said).toMatch(reason);
      return said;
    });
    expect(result.summary).toMatch(reason);
    expect(result.summary).toMatch(/could not be read/);
    expect(result.summary).toMatch(/could not be posted/);
    expect(unread).toMatch(paste ? /permissions:\n {2}contents: read/ : /could not be read/);
    expect(/permissions:\n {2}contents: read\n {2}pull-requests: write/.test(unposted ?? "")).toBe(paste);
  });

  it("leaves a push its verdict, and says that nothing was stored", async () => {
    const faults = meet(WRITING, lasting);
    const { result, stored, artifacts, warnings } = await runFaultJob(history, { event: "push", faults });
    expect(result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "baseline-saved": "false" });
    expect(stored).toBe(1);
    expect(artifacts).toHaveLength(1);
    const said = warnings.find((warning) => warning.includes("baseline not saved")) ?? "";
    expect(said).toMatch(reason);
    expect(/permissions:\n {2}contents: write/.test(said)).toBe(paste);
    expect(result.summary).toMatch(reason);
  });
});

describe.concurrent("races and rules at the history branch", () => {
  it("409 and 422 of a branch that others move are met again until it is stored once", async () => {
    const faults = [
      { operation: "git/update-ref", status: 409, message: "Reference update failed" },
      { operation: "git/update-ref", status: 422, message: "Update is not a fast forward", times: 2 },
    ];
    const { result, stored } = await runFaultJob(history, { event: "push", faults });
    expect(result.outputs["baseline-saved"]).toBe("true");
    expect(stored).toBe(2);
  });

  it("a rule that protects the branch is named, and not fought", async () => {
    const message = "Repository rule violations found: Changes must be made through a pull request.";
    const faults = [{ operation: "git/update-ref", status: 422, message, times: Infinity }];
    const { result, warnings } = await runFaultJob(history, { event: "push", faults });
    expect(result.outputs["baseline-saved"]).toBe("false");
    expect(warnings.join("\n")).toMatch(/baseline not saved.*rule.*exclude finetune-bench from it/s);
  });
});

type Row = [string, FaultKind];

describe.concurrent("the artifact service", () => {
  it.each([
    ["500", { status: 500 }],
    ["429", { status: 429, headers: { "retry-after": "1" } }],
    ["a reset before anything was done", { cut: "before" }],
    ["a reset after it was done", { cut: "after" }],
  ] satisfies Row[])("%s, once at every request, leaves one complete artifact", async (...[, kind]: Row) => {
    // The storage behind it is Azure's, which limits by 503.
    const artifactFaults = meet(kind.status === 429 ? UPLOADING.filter((name) => name !== "PutBlob") : UPLOADING, kind);
    const { comments, artifacts, warnings } = await runFaultJob(history, { event: "pull_request", artifactFaults });
    expect(artifacts).toHaveLength(1);
    expect(comments).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it.each([
    ["down", "CreateArtifact", { status: 503 }, /503/],
    ["silent", "CreateArtifact", { hang: true }, /longer than 40 s/],
    ["out of quota", "CreateArtifact", { status: 403, message: "insufficient usage" }, /quota/],
    ["without its storage", "PutBlob", { status: 403 }, /not uploaded/],
    ["never done", "FinalizeArtifact", { cut: "before" }, /ECONNRESET/],
  ] satisfies [string, string, FaultKind, RegExp][])("%s for ever: everything else is published", async (...row) => {
    const [, operation, kind, reason] = row;
    const artifactFaults = [{ operation, ...kind, times: Infinity }];
    const { result, comments, warnings } = await runFaultJob(history, { event: "pull_request", artifactFaults });
    expect(result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "artifact-url": "" });
    expect(comments).toHaveLength(1);
    expect(warnings.join("\n")).toMatch(reason);
    expect(warnings.join("\n")).toContain("results-path");
    expect(result.summary).toMatch(reason);
  });

  it("GitHub Enterprise Server has none: said once, with what to do", async () => {
    const serverUrl = "https://github.example.com";
    const { result, comments, warnings } = await runFaultJob(history, { event: "pull_request", serverUrl });
    expect(result.outputs).toMatchObject({ verdict: "no-change", gate: "pass", "artifact-url": "" });
    expect(comments).toHaveLength(1);
    expect(warnings.filter((warning) => /Enterprise Server.*results-path/.test(warning))).toHaveLength(1);
  });
});

describe.concurrent("the exit status is the gate's, also when nothing can be published", () => {
  it("a failed benchmark fails the job while every service is away", async () => {
    const noise = { steady: { failure: "exit" } };
    const down = { operation: "*", cut: "before", times: Infinity } as const;
    const job = { event: "pull_request", noise, faults: [down], artifactFaults: [down] } as const;
    const { result, comments, warnings } = await runFaultJob(history, job);
    expect(result.outputs).toMatchObject({ verdict: "failed", gate: "fail", "artifact-url": "", "comment-url": "" });
    expect(result.code).toBe(1);
    expect(comments).toEqual([]);
    expect(warnings.length).toBeGreaterThanOrEqual(2);
  });
});

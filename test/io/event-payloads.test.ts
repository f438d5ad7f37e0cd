/**
 * Payloads of every event, damaged in every way that fast-check finds: they are read, or refused in words that repeat
 * nothing of them, and a stranger's never becomes the repository's own.
 */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import { isKnown, readBenchComment } from "../../src/core/bench-command.ts";
import { UserError } from "../../src/core/errors.ts";
import { readEvent, strangerOf } from "../../src/core/github-event.ts";
import { decideBench } from "../../src/io/bench-command.ts";
import { readPayload } from "../../src/io/event-file.ts";
import { readJobContext } from "../../src/io/job-context.ts";
import { refuseFork } from "../../src/io/refuse-fork.ts";
import { damagedJson, damagedText, PATIENCE, RUNS } from "../support/fuzz.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const OWN = "ada/engine";
/** Stands wherever somebody else chooses the text, and would show anywhere it got to. */
const EVIL = "evil\n::error::evil %0A[evil](https://evil) <!-- evil --> `@evil` \u001B[31m";
const SHA = "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567";
const repository = { full_name: OWN, default_branch: "main", description: EVIL };
const head = { sha: SHA, ref: EVIL, repo: { full_name: "mallory/engine", fork: true } };
const pull = { number: 7, title: EVIL, user: { login: EVIL }, base: { sha: SHA, ref: "main" }, head };
const comment = {
  id: 3,
  body: EVIL,
  created_at: "2026-11-26T10:00:00Z",
  author_association: "NONE",
  user: { login: EVIL },
};
const PAYLOADS = {
  pull_request: { action: EVIL, repository, pull_request: pull },
  pull_request_target: { action: EVIL, repository, pull_request: pull },
  push: { ref: EVIL, after: SHA, repository, head_commit: { message: EVIL, author: { name: EVIL } } },
  workflow_run: {
    repository,
    workflow_run: { id: 9, head_branch: EVIL, head_sha: SHA, head_repository: { full_name: "mallory/engine" } },
  },
  issue_comment: {
    action: "created",
    repository,
    issue: { number: 7, title: EVIL, pull_request: { url: EVIL } },
    comment,
  },
  schedule: { schedule: "0 3 * * *", repository },
  workflow_dispatch: { inputs: { what: EVIL }, ref: EVIL, repository },
  merge_group: { repository, merge_group: { base_sha: SHA, head_sha: SHA, head_ref: EVIL } },
} as const;
const EVENTS = Object.entries(PAYLOADS);

/** Damaged, or something else altogether. */
const damaged = (payload: object): fc.Arbitrary<unknown> =>
  fc.oneof(damagedJson([payload]), fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(EVIL, { [EVIL]: EVIL }));

/** The value, or the words it was refused with. */
async function told<T>(read: () => T | Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** One line that names the field and quotes nothing of it. */
const REFUSED = /^[a-z_. ]+ of the event \(event\.json\): (?!.*evil)[\x20-\x7E]+$/;
const number = expect.toSatisfy((value: unknown) => Number.isSafeInteger(value) && Number(value) > 0);
const sha = expect.stringMatching(/^[0-9a-f]{40,64}$/);
const orNull = (wanted: unknown) => expect.toBeOneOf([wanted, null]);
const READ = {
  defaultBranch: orNull(expect.stringMatching(/^[^\s:\\^~?*[]+$/)),
  pull: orNull(expect.objectContaining({ number, head: expect.objectContaining({ sha }) })),
  commented: orNull(number),
  queueBase: orNull(sha),
  ended: orNull(expect.objectContaining({ id: number })),
};
const refused = expect.stringMatching(REFUSED);

describe.each(EVENTS)("%s", { timeout: PATIENCE }, (name, payload) => {
  test("is read, or refused in words", async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(damaged(payload), async (value) => {
        const event = await told(() => readEvent(name, value, "event.json"));
        taken += typeof event === "string" ? 0 : 1;
        expect([event]).toEqual([expect.toBeOneOf([refused, READ])]);
      }),
      RUNS,
    );
    expect(taken).toBeGreaterThan(10);
  });

  test("is no more than the start of a job, whatever stands in it", async () => {
    await using folder = await temporaryFolder();
    const file = path.join(folder.path, "event.json");
    const env = {
      GITHUB_ACTIONS: "true",
      GITHUB_REPOSITORY: OWN,
      GITHUB_RUN_ID: "1",
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: file,
      GITHUB_REF: "refs/heads/change",
      GITHUB_SHA: SHA,
    };
    await fc.assert(
      fc.asyncProperty(damagedJson([payload]), async (value) => {
        await writeFile(file, JSON.stringify(value) ?? "null");
        const context = await told(() => readJobContext({ env, cwd: folder.path }));
        expect(JSON.stringify(context)).not.toContain("evil");
        // A pull request of somebody else is measured on no machine that was not opened for it.
        const started =
          typeof context === "string" || context.job.pull_request === null
            ? "no pull request"
            : await told(() => refuseFork(context, false));
        expect(started).toMatch(/no pull request|Nothing was run/);
      }),
      { numRuns: 10 },
    );
  });
});

test("the pull request of a fork is never one of the repository's own", { timeout: PATIENCE }, async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(damagedJson([PAYLOADS.pull_request]), async (value) => {
      const event = await told(() => readEvent("pull_request", value, "event.json"));
      const pulled = typeof event === "string" ? null : event.pull;
      taken += pulled === null ? 0 : 1;
      expect(pulled === null ? "refused" : strangerOf(pulled, OWN, "ada")).not.toBeNull();
    }),
    RUNS,
  );
  expect(taken).toBeGreaterThan(10);
});

test("a comment by nobody known is never a known one's", { timeout: PATIENCE }, async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(damaged(PAYLOADS.issue_comment), async (value) => {
      const said = await told(() => readBenchComment(value, "event.json"));
      taken += typeof said === "string" ? 0 : 1;
      expect([typeof said === "string" ? said : isKnown(said)]).toEqual([expect.toBeOneOf([refused, false])]);
    }),
    RUNS,
  );
  expect(taken).toBeGreaterThan(10);
});

test("a file that is missing or no JSON is refused in words, whoever reads it", async () => {
  await using folder = await temporaryFolder();
  const file = path.join(folder.path, "event.json");
  await fc.assert(
    fc.asyncProperty(damagedText([JSON.stringify(PAYLOADS.push)]), async (text) => {
      await writeFile(file, text);
      await told(() => readPayload(file));
    }),
    { numRuns: 200 },
  );
  const env = { GITHUB_EVENT_NAME: "issue_comment", GITHUB_EVENT_PATH: path.join(folder.path, "none.json") };
  await expect(decideBench(env, "")).rejects.toThrow(/none\.json \(GITHUB_EVENT_PATH\) cannot be read/);
});

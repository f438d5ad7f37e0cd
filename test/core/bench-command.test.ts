import { describe, expect, test } from "vitest";
import {
  freeze,
  isKnown,
  mayAsk,
  readCommand,
  type BenchComment,
  type BenchPull,
} from "../../src/core/bench-command.ts";

const HEAD = "a".repeat(40);

function comment(body: string, set: { action?: string; plain?: boolean; association?: string } = {}): BenchComment {
  return {
    action: set.action ?? "created",
    issue: { number: 7, ...(set.plain === true ? {} : { pull_request: {} }) },
    comment: {
      id: 1,
      body,
      created_at: "2026-11-26T10:00:00Z",
      author_association: set.association ?? "MEMBER",
      user: { login: "ada" },
    },
  };
}

function pull(pushedAt: string | null, set: { state?: string; gone?: boolean } = {}): BenchPull {
  const repo = set.gone === true ? null : { full_name: "mallory/engine", pushed_at: pushedAt };
  return { state: set.state ?? "open", head: { sha: HEAD, repo } };
}

describe("the command", () => {
  test.each(["/bench", "/bench\n", "/bench  \r\n"])("%j asks for the head", (body) => {
    expect(readCommand(comment(body))).toEqual({ kind: "bench", sha: null });
  });

  test("may name a commit by all its digits", () => {
    expect(readCommand(comment(`/bench ${HEAD}`))).toEqual({ kind: "bench", sha: HEAD });
  });

  test.each([
    "/bench aaaaaaa",
    "/bench please",
    "/bench\n\nthanks",
    `/bench  ${HEAD}`,
    `/bench ${HEAD}a`,
    `/bench ${"A".repeat(40)}`,
  ])("%j is meant as one and is none", (body) => {
    expect(readCommand(comment(body))).toEqual({ kind: "wrong" });
  });

  test.each(["/benchmark", "run /bench", "> /bench", " /bench", "/BENCH", "", "`/bench`"])("%j is nothing", (body) => {
    expect(readCommand(comment(body))).toEqual({ kind: "none" });
  });

  test("counts when it is written, on a pull request: not when it is edited, not on an issue", () => {
    expect(readCommand(comment("/bench", { action: "edited" }))).toEqual({ kind: "none" });
    expect(readCommand(comment("/bench", { plain: true }))).toEqual({ kind: "none" });
  });
});

test("people of the repository may ask, as far as they may write", () => {
  const known = ["OWNER", "MEMBER", "COLLABORATOR", "CONTRIBUTOR", "FIRST_TIMER", "NONE"].filter((association) =>
    isKnown(comment("/bench", { association })),
  );
  expect(known).toEqual(["OWNER", "MEMBER", "COLLABORATOR"]);
  expect(["admin", "write", "read", "none"].filter(mayAsk)).toEqual(["admin", "write"]);
});

describe("the commit", () => {
  const ask = comment("/bench");

  test("is the head when nobody pushed since the comment", () => {
    expect(freeze(null, ask, pull("2026-11-26T09:59:59Z"))).toEqual({ sha: HEAD });
    expect(freeze(null, ask, pull("2026-11-26T11:59:59+02:00"))).toEqual({ sha: HEAD });
  });

  test.each(["2026-11-26T10:00:00Z", "2026-11-26T10:00:01Z", null])("is refused after a push at %s", (at) => {
    expect(freeze(null, ask, pull(at))).toEqual({ refusal: expect.stringContaining(`\`/bench ${HEAD}\``) });
  });

  test("that is named stays the one that was meant, whenever somebody pushed", () => {
    expect(freeze(HEAD, ask, pull("2026-11-26T10:00:01Z"))).toEqual({ sha: HEAD });
    expect(freeze("b".repeat(40), ask, pull("2026-11-26T09:00:00Z"))).toEqual({
      refusal: `the head of this pull request is now ${HEAD}`,
    });
  });

  test("of a closed pull request, or of a deleted fork, is none", () => {
    expect(freeze(HEAD, ask, pull("2026-11-26T09:00:00Z", { state: "closed" }))).toHaveProperty("refusal");
    expect(freeze(HEAD, ask, pull(null, { gone: true }))).toHaveProperty("refusal");
  });
});

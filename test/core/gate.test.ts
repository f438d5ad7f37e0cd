import { expect, test } from "vitest";
import type { Comparison, Verdict } from "../../src/core/comparison.ts";
import { decideGate, FAIL_ON, worstVerdict, type FailOn, type Gate } from "../../src/core/gate.ts";
import { blank } from "../../src/core/unjudged.ts";
import { benchmark, STEP_TIME, TOKENS } from "../support/results.ts";

function found(verdict: Verdict, overrides: Partial<Comparison> = {}): Comparison {
  return { ...blank(benchmark([[TOKENS, [1]]]), TOKENS, verdict), ...overrides };
}

const unconfirmed = { unconfirmed: true } as const;
const accepted = { accepted: { reason: "fp32 accumulation", expires: "2027-01-31" } } as const;
const DEFAULT: ReadonlySet<FailOn> = new Set(["regression", "failed"]);
const NEVER: ReadonlySet<FailOn> = new Set();

test.each<[string, Comparison[], ReadonlySet<FailOn>, Gate, Verdict]>([
  ["all unchanged", [found("no-change"), found("no-change")], DEFAULT, "pass", "no-change"],
  ["a confirmed improvement", [found("improvement"), found("no-change")], DEFAULT, "pass", "improvement"],
  ["a confirmed regression", [found("no-change"), found("regression")], DEFAULT, "fail", "regression"],
  ["an unconfirmed regression", [found("regression", unconfirmed)], DEFAULT, "neutral", "regression"],
  ["the same, unconfirmed listed", [found("regression", unconfirmed)], new Set(["unconfirmed"]), "fail", "regression"],
  ["a confirmed one, unconfirmed listed", [found("regression")], new Set(["unconfirmed"]), "pass", "regression"],
  ["an unconfirmed improvement", [found("improvement", unconfirmed)], new Set(FAIL_ON), "neutral", "improvement"],
  ["a failure beside a regression", [found("regression"), found("failed")], DEFAULT, "fail", "failed"],
  ["a failure, never", [found("failed")], NEVER, "pass", "failed"],
  ["nothing stored", [found("no-baseline"), found("no-change")], DEFAULT, "neutral", "no-baseline"],
  ["nothing stored, listed", [found("no-baseline")], new Set(["no-baseline"]), "fail", "no-baseline"],
  ["undecided", [found("inconclusive"), found("no-change")], DEFAULT, "neutral", "inconclusive"],
  ["undecided, listed", [found("inconclusive")], new Set(["inconclusive"]), "fail", "inconclusive"],
  ["incomparable", [found("incomparable"), found("inconclusive")], new Set(FAIL_ON), "fail", "incomparable"],
  ["incomparable alone", [found("incomparable")], DEFAULT, "neutral", "incomparable"],
  ["incomparable, no-baseline listed", [found("incomparable")], new Set(["no-baseline"]), "fail", "incomparable"],
  ["an accepted regression alone", [found("regression", accepted)], DEFAULT, "pass", "no-change"],
  ["an accepted one, all clear", [found("regression", accepted), found("no-change")], DEFAULT, "pass", "no-change"],
  ["an accepted improvement", [found("improvement", accepted), found("no-change")], DEFAULT, "pass", "no-change"],
  [
    "an accepted regression found against history alone",
    [found("regression", { ...accepted, ...unconfirmed }), found("no-change")],
    new Set(["unconfirmed"]),
    "pass",
    "no-change",
  ],
  [
    "an accepted regression beside another",
    [found("regression", accepted), found("regression")],
    DEFAULT,
    "fail",
    "regression",
  ],
  [
    "an accepted regression beside an undecided one",
    [found("regression", accepted), found("inconclusive")],
    DEFAULT,
    "neutral",
    "inconclusive",
  ],
  ["a failure that was accepted", [found("failed", accepted)], DEFAULT, "fail", "failed"],
  ["nothing compared, accepted", [found("no-baseline", accepted)], new Set(["no-baseline"]), "fail", "no-baseline"],
  [
    "an accepted one that does not count",
    [found("regression", { ...accepted, comparison_class: "informative" })],
    DEFAULT,
    "neutral",
    "inconclusive",
  ],
  ["nothing at all", [], DEFAULT, "neutral", "inconclusive"],
  [
    "informative benchmarks and info metrics do not count",
    [
      found("regression", { comparison_class: "informative" }),
      found("inconclusive", { metric: STEP_TIME }),
      found("no-change"),
    ],
    DEFAULT,
    "pass",
    "no-change",
  ],
  [
    "only what does not count",
    [found("failed", { comparison_class: "informative" })],
    DEFAULT,
    "neutral",
    "inconclusive",
  ],
])("%s", (_name, comparisons, failOn, gate, verdict) => {
  const decision = decideGate(comparisons, failOn);
  expect(decision).toMatchObject({ gate, verdict });
  expect(decision.reason).not.toBe("");
});

test("the reason counts what was found and names the input that decided", () => {
  const mixed = [found("failed"), found("regression", unconfirmed), found("no-change"), found("failed")];
  expect(decideGate(mixed, DEFAULT).reason).toBe("2 failed: fail-on lists failed");
  expect(decideGate(mixed, new Set(["unconfirmed", "failed"])).reason).toBe(
    "2 failed, 1 unconfirmed regression: fail-on lists failed and unconfirmed",
  );
  expect(decideGate(mixed, NEVER).reason).toBe("1 unconfirmed regression");
  expect(decideGate([found("regression")], NEVER).reason).toBe("1 regression, which fail-on does not list");
  expect(decideGate([found("no-change")], NEVER).reason).toBe("nothing got worse");
  expect(decideGate([found("regression"), found("regression")], DEFAULT).reason).toBe(
    "2 regressions: fail-on lists regression",
  );
  const uncompared = [found("incomparable"), found("no-baseline")];
  expect(decideGate(uncompared, new Set(["no-baseline"])).reason).toBe(
    "1 incomparable, 1 no-baseline: fail-on lists no-baseline, which takes in incomparable",
  );
  expect(decideGate([found("no-baseline")], new Set(["no-baseline"])).reason).toBe(
    "1 no-baseline: fail-on lists no-baseline",
  );
  expect(decideGate([], NEVER)).toMatchObject({ gate: "neutral", reason: "nothing was compared" });
  expect(decideGate([], new Set(["no-baseline"]))).toMatchObject({
    gate: "fail",
    reason: "nothing was compared: fail-on lists no-baseline",
  });
  expect(decideGate([found("regression", accepted), found("no-change")], DEFAULT).reason).toBe(
    "1 regression accepted, nothing else got worse",
  );
  expect(decideGate([found("regression", accepted), found("regression")], DEFAULT).reason).toBe(
    "1 regression: fail-on lists regression",
  );
});

test("the worst verdict is the first of the list that occurs", () => {
  expect(worstVerdict([found("no-change"), found("improvement"), found("no-baseline")])).toBe("no-baseline");
  expect(worstVerdict([])).toBeNull();
});

/** What becomes part of a store out of files that somebody else made. */
import { expect, test } from "vitest";
import { planImport, type FoundFile } from "../../src/core/import-plan.ts";
import { jobResultSchema, type JobResult } from "../../src/core/result.ts";
import { qualificationPath, readStored, storedPath, storedText } from "../../src/core/stored-result.ts";
import { RUNNER, sampleQualification, sampleResult } from "../io/sample-result.ts";

function found(path: string, text: string): FoundFile {
  return { source: `archive: ${path}`, raw: { path, text } };
}

/** With its fields in the order in which this version writes them. */
function ordered(minute: number): JobResult {
  return jobResultSchema.parse(sampleResult({}, minute));
}

/** Why nothing of this file is added. */
function refused(path: string, text: string): string | undefined {
  const plan = planImport([found(path, text)], []);
  expect(plan.add).toEqual([]);
  return plan.refused[0]?.fault;
}

const ONE = ordered(1);
const TWO = ordered(2);

test("new results are added under the name their contents give, whatever they were called", () => {
  const record = sampleQualification();
  const plan = planImport(
    [
      found(`${RUNNER}/anything.json`, JSON.stringify(ONE)),
      found(storedPath(TWO), storedText(TWO)),
      found(`${RUNNER}/qualified/x.json`, storedText(record)),
    ],
    [],
  );
  expect(plan).toEqual({
    add: [
      { path: storedPath(ONE), text: storedText(ONE) },
      { path: storedPath(TWO), text: storedText(TWO) },
      { path: qualificationPath(record), text: storedText(record) },
    ],
    present: [],
    taken: [],
    refused: [],
  });
});

test("the same result is there already, also as an older version wrote it; another one is never overwritten", () => {
  const { control: _, accepted: __, ...old } = ONE;
  const existing = [
    readStored({ path: storedPath(ONE), text: JSON.stringify(old) }),
    readStored({ path: storedPath(TWO), text: "{" }),
  ];
  const plan = planImport([found(storedPath(ONE), storedText(ONE)), found(storedPath(TWO), storedText(TWO))], existing);
  expect(plan).toEqual({ add: [], present: [storedPath(ONE)], taken: [storedPath(TWO)], refused: [] });
  const changed = { ...ONE, measured_s: 99 };
  expect(planImport([found(storedPath(ONE), storedText(changed))], existing)).toMatchObject({
    taken: [storedPath(ONE)],
  });
});

test("a result that an older version stored under another name is there already", () => {
  const existing = [readStored({ path: `${RUNNER}/${"0".repeat(40)}-1-1.json`, text: storedText(ONE) })];
  const plan = planImport([found(storedPath(ONE), storedText(ONE)), found(storedPath(TWO), storedText(TWO))], existing);
  expect(plan.present).toEqual([storedPath(ONE)]);
  expect(plan.add.map(({ path }) => path)).toEqual([storedPath(TWO)]);
});

test("a result that comes twice is added once, two that claim one name are a conflict", () => {
  const twice = planImport(
    [found("a/1.json", storedText(sampleResult({}, 1, "a"))), found("a/2.json", storedText(sampleResult({}, 1, "a")))],
    [],
  );
  expect(twice.add).toHaveLength(1);
  expect(twice.taken).toEqual([]);
  const rivals = planImport(
    [found(storedPath(ONE), storedText(ONE)), found(storedPath(ONE), storedText({ ...ONE, measured_s: 1 }))],
    [],
  );
  expect(rivals.add).toEqual([{ path: storedPath(ONE), text: storedText(ONE) }]);
  expect(rivals.taken).toEqual([storedPath(ONE)]);
});

test("what is damaged, misplaced, of a newer version or of a pull request is refused with its reason", () => {
  const at = storedPath(ONE);
  expect(refused(at, "")).toMatch(/not valid JSON/);
  expect(refused(at, JSON.stringify({ schema: 2 }))).toMatch(/newer/);
  expect(refused("someone-else/x.json", storedText(ONE))).toMatch(/belongs to the runner/);
  expect(refused("../x.json", storedText(ONE))).toMatch(/its name/);
  expect(refused(at, storedText(sampleResult({ run_id: "../../etc/passwd" })))).toMatch(/file name/);
  for (const job of [{ pull_request: 3 }, { event: "pull_request" }, { event: "merge_group" }]) {
    expect(refused(at, storedText(sampleResult(job)))).toMatch(/pull request/);
  }
});

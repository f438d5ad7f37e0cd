/** Numbers at the ends of their range, as a hostile result or a broken clock may hold them: what comes of them is whole. */
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { checkRunOf } from "../../src/core/check-run.ts";
import { jointReportSchema } from "../../src/core/joint.ts";
import { COMMENT_BYTES, renderComment } from "../../src/core/markdown.ts";
import { plain } from "../../src/core/sentence.ts";
import { readResult } from "../../src/core/read-result.ts";
import { reportTogether } from "../../src/core/report-together.ts";
import type { BenchmarkResult, JobResult, RunRecord } from "../../src/core/result.ts";
import { benchmark, jobResult, MEMORY, TOKENS } from "../support/results.ts";

const extreme = fc.constantFrom(0, 1, -1, 5e-324, 1e-300, 1e300, 1e308, -1e308, Number.MAX_VALUE, 0.5, -0);
const seconds = fc.constantFrom(0, 5e-324, 1, 86_400, 40 * 86_400);

function measured(speed: number): BenchmarkResult {
  return benchmark([
    [TOKENS, [speed, speed * 1.001, speed * 0.999]],
    [MEMORY, [1e9, 1e9, 1e9]],
  ]);
}

/** One job with pairs and a control, in which single numbers are replaced by those of the stream. */
function jobOf(day: number, next: () => number, length: () => number): JobResult {
  const own = measured(100);
  const bent = (run: RunRecord): RunRecord => ({
    ...run,
    duration_s: length(),
    values: Object.fromEntries(
      Object.entries(run.values).map(([name, value]) => [name, next() === 1 ? value : next()]),
    ),
  });
  const { software, metrics } = own;
  const runs = own.runs.map(bent);
  const paired = { software, metrics, base: own.runs.map(bent), head: own.runs.map(bent), stopped: null };
  const control = { ...own, id: "control.torch-cpu", title: "control", runs: own.runs.map(bent) };
  return jobResult(day, [{ ...own, runs, paired }], {
    listed: [own.id],
    control: [control],
    confirmation: {
      base_sha: "a".repeat(40),
      accepted: [],
      unpaired: [],
      planned_s: length(),
      spent_s: length(),
      notes: [],
    },
    measured_s: length(),
  });
}

/** The numbers one after another, and from the first again. */
function cycle(list: readonly number[]): () => number {
  let at = 0;
  return () => list[at++ % list.length] ?? 0;
}

test("a report over extreme numbers follows its own schema, and no text of it says NaN or Infinity", () => {
  const numbers = fc.array(extreme, { minLength: 20, maxLength: 20 });
  const lengths = fc.array(seconds, { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(fc.tuple(numbers, lengths), { minLength: 1, maxLength: 6 }), (drawn) => {
      const jobs = drawn.map(([values, times], index) => jobOf(index + 1, cycle(values), cycle(times)));
      const read = readResult(JSON.stringify(jobs.at(-1)));
      if ("fault" in read) throw new Error(read.fault);
      const history = { results: jobs.slice(0, -1), qualification: null, warnings: [] };
      const both = [read.result, { ...read.result, runner_key: "another" }];
      const recording = { wanted: true, recorded: "no", fault: null } as const;
      const together = both.map((result) => ({ result, history, recording }));
      const joint = reportTogether(together, new Set(["regression"]), {});
      // JSON has neither NaN nor Infinity: both would come back as null.
      expect(jointReportSchema.parse(JSON.parse(JSON.stringify(joint)))).toEqual(JSON.parse(JSON.stringify(joint)));
      const comment = renderComment(joint);
      const check = checkRunOf(joint);
      const texts = [comment, plain(joint.headline), check.title, check.summary, JSON.stringify(check.annotations)];
      expect(texts.join("\n")).not.toMatch(/NaN|Infinity|undefined/);
      expect(Buffer.byteLength(comment)).toBeLessThanOrEqual(COMMENT_BYTES);
    }),
    { numRuns: 200 },
  );
});

test.each(["measured_s", "duration_s", "spent_s"])("a result with an endless %s is refused", (field) => {
  const text = JSON.stringify(
    jobOf(
      1,
      () => 1,
      () => 5,
    ),
  ).replaceAll(`"${field}":5`, `"${field}":1e308`);
  expect(text).toContain("1e308");
  expect(readResult(text)).toEqual({ fault: "it claims to have measured for longer than any job lasts" });
});

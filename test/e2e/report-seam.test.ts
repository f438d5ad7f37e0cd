/** Where measuring ends and reporting begins: the same numbers get the same answer, whoever judges them. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { jointReportSchema } from "../../src/core/joint.ts";
import { reportSchema, type Report } from "../../src/core/report.ts";
import { BenchProject, readJoint, readReport } from "../support/bench-project.ts";
import { addPullRun } from "../support/uploads.ts";
import { WAIT_FOR_LOOK } from "../support/watcher-looks.ts";

const SUITE = "repeats: 2\njudge: { confirm: auto }\n";
/** A run beside the base switches the machine to Low Power Mode, and stays until the watcher has looked. */
const switching = (file: string, program: string): string =>
  program.replace(
    "def main() -> None:\n",
    `${WAIT_FOR_LOOK}\n\ndef main() -> None:\n` +
      `    if os.environ["FINETUNE_BENCH_REPEAT"] == "4" and sys.argv[1] == "slower":\n` +
      `        open(${JSON.stringify(file)}, "w").close()\n        wait_for_look('"low_power": true')\n`,
  );

/** What whoever publishes adds. */
function judgedPart(report: Report): object {
  const { links: _links, job, ...rest } = report;
  const { run_url: _url, ...facts } = job;
  return { ...rest, job: facts };
}

it("a report over what one job measured finds all that this very job found and said", async () => {
  await using project = await BenchProject.create({ suite: SUITE, benchmarks: ["slower", "hungrier", "dying"] });
  for (const seed of ["1", "2", "3"]) {
    const quiet = { seed };
    await project.push({ slower: quiet, hungrier: quiet, dying: quiet });
  }
  const file = path.join(project.workspace, "..", "switched");
  const program = await readFile(path.join(import.meta.dirname, "..", "support", "noisy-training.py"), "utf8");
  project.extraFiles["train.py"] = switching(file, program);
  const full = await project.pullRequest(
    7,
    {
      slower: { seed: "4", slowdown: 1.3 },
      hungrier: { seed: "4", peak_bytes: 3_000_000_000 },
      dying: { seed: "4", slowdown: 1.3, failure: "exit", fail_from_repeat: 3 },
    },
    { env: { FINETUNE_BENCH_TEST_WATCH_SWITCH: file } },
  );
  const own = reportSchema.parse(await readReport(full.result.outputs["results-path"] ?? ""));
  const said = own.warnings.map(({ message }) => message).join("\n");
  expect(said).toContain("Low Power Mode was switched on while the job ran");
  expect(own.comparisons.some(({ pairs }) => pairs > 0)).toBe(true);
  expect(own.gate.gate).toBe("fail");

  const pull = project.github.pulls.get(7);
  const run = addPullRun(project, pull, { id: Number(full.runId) });
  const after = await project.report("workflow_run", project.github.workflowRunPayload(run.id));
  const joint = jointReportSchema.parse(await readJoint(after.result.outputs["results-path"] ?? ""));
  expect(joint.reports.map(judgedPart)).toEqual([judgedPart(own)]);
  expect(joint.gate).toEqual(own.gate);
  expect(joint.headline).toEqual(own.headline);
});

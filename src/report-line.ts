/** The second half of the straight line, for results that other jobs measured: results → baseline → judge → report → publish. */
import { UserError } from "./core/errors.ts";
import type { Inputs } from "./core/inputs.ts";
import type { JointReport } from "./core/joint.ts";
import { renderSummary } from "./core/markdown.ts";
import { bySuite, reportTogether } from "./core/report-together.ts";
import { suiteSuffix } from "./core/suite-key.ts";
import { VERSION } from "./core/version.ts";
import type { SetAside } from "./io/collect.ts";
import { recordEach } from "./io/record.ts";
import type { ReportHost } from "./io/report-host.ts";
import { makeResultsFolder } from "./io/results-folder.ts";

export interface ReportOutcome {
  /** One for each suite. */
  readonly reports: readonly JointReport[];
  /** The folder with joint-report.json and report.md. */
  readonly results: string;
}

export async function runReportLine(inputs: Pick<Inputs, "failOn">, host: ReportHost): Promise<ReportOutcome> {
  const { results, aside, warnings, runUrl } = host.collected;
  host.signal.throwIfAborted();
  if (results.length === 0) throw new UserError(nothingUsable(host.source, aside));
  const histories = await host.store.readEach(results.map(({ runner_key }) => runner_key));
  const recordings = await recordEach(results, host);
  const jobs = results.flatMap((result, index) => {
    const [history, recording] = [histories[index], recordings[index]];
    return history === undefined || recording === undefined ? [] : [{ result, history, recording }];
  });
  const folder = await makeResultsFolder(host.resultsRoot, host.folderName);
  const joints: JointReport[] = [];
  const suites = bySuite(jobs);
  for (const [suite, ofSuite] of suites) {
    const links = { artifact_url: null, run_url: runUrl };
    const joint = reportTogether(ofSuite, inputs.failOn, { missing: aside, warnings, version: VERSION, links });
    const end = suites.length === 1 ? "" : suiteSuffix(suite);
    await folder.writeJson(`joint-report${end}.json`, joint);
    await folder.write(`report${end}.md`, renderSummary(joint));
    joints.push(joint);
  }
  return { reports: await host.publish(joints, folder), results: folder.path };
}

const MOST_REASONS = 20;

function nothingUsable(source: string, aside: readonly SetAside[]): string {
  if (aside.length === 0) {
    return (
      `${source} holds no results: jobs that measure upload them (mode: measure), and this job must come after them ` +
      `(needs, or workflow_run)`
    );
  }
  const reasons = aside.slice(0, MOST_REASONS).map(({ name, reason }) => `${name}: ${reason}`);
  return `${source} holds no results that can be used. ${reasons.join("; ")}`;
}

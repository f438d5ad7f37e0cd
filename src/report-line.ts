/** The second half of the straight line, for results that other jobs measured: results → baseline → judge → report → publish. */
import { isOfSuite } from "./core/artifact-name.ts";
import type { Inputs } from "./core/inputs.ts";
import type { JointReport, MissingRunner } from "./core/joint.ts";
import { renderSummary } from "./core/markdown.ts";
import { bySuite, reportTogether } from "./core/report-together.ts";
import { DEFAULT_SUITE, suiteSuffix } from "./core/suite-key.ts";
import { VERSION } from "./core/version.ts";
import type { SetAside } from "./io/collect.ts";
import { recordEach } from "./io/record.ts";
import type { ReportHost } from "./io/report-host.ts";
import { makeResultsFolder } from "./io/results-folder.ts";

export interface ReportOutcome {
  /** One for each suite; one without parts where no result can be used. */
  readonly reports: readonly JointReport[];
  /** The folder with joint-report.json and report.md. */
  readonly results: string;
}

export async function runReportLine(inputs: Pick<Inputs, "failOn">, host: ReportHost): Promise<ReportOutcome> {
  const { results, aside, warnings, runUrl } = host.collected;
  host.signal.throwIfAborted();
  const histories = await host.store.readEach(results.map(({ runner_key }) => runner_key));
  const recordings = await recordEach(results, host);
  const jobs = results.flatMap((result, index) => {
    const [history, recording] = [histories[index], recordings[index]];
    return history === undefined || recording === undefined ? [] : [{ result, history, recording }];
  });
  const folder = await makeResultsFolder(host.resultsRoot, host.folderName);
  const joints: JointReport[] = [];
  const suites = jobs.length === 0 ? [[DEFAULT_SUITE, jobs] as const] : bySuite(jobs);
  for (const [suite, ofSuite] of suites) {
    const links = { artifact_url: null, run_url: runUrl };
    const others = suites.flatMap(([name]) => (name === suite ? [] : [name]));
    const missing = missingIn(aside, others);
    const joint = reportTogether(ofSuite, inputs.failOn, { missing, warnings, version: VERSION, links });
    const end = suites.length === 1 ? "" : suiteSuffix(suite);
    await folder.writeJson(`joint-report${end}.json`, joint);
    await folder.write(`report${end}.md`, renderSummary(joint));
    joints.push(joint);
  }
  return { reports: await host.publish(joints, folder), results: folder.path };
}

/** Whatever is not known to be another suite's: better told in two reports than in none. */
function missingIn(aside: readonly SetAside[], otherSuites: readonly string[]): MissingRunner[] {
  const ours = aside.filter(({ end }) => end === undefined || !otherSuites.some((suite) => isOfSuite(end, suite)));
  return ours.map(({ name, reason }) => ({ name, reason }));
}

/** Shell lines that measure the same again. */
import { leadOf } from "./lead.ts";
import { measuredSize } from "./measured.ts";
import type { Report } from "./report.ts";

/** Where base and head were run in pairs, or lie on both sides of a lasting change, they are run in pairs again. */
export function reproduceOf(report: Report): string {
  const { job, suite, comparisons } = report;
  const size = measuredSize(suite.name);
  if (size !== null) return scriptCall(report, size);
  const { head, base } = commitsOf(report);
  const paired = base === null ? [] : comparisons.filter(({ pairs }) => pairs > 0);
  const backends = new Set((paired.length > 0 ? paired : comparisons).map(({ backend }) => backend));
  const options = [
    ...(base === null ? [] : [`--base ${shellWord(base)}`]),
    `--suite ${shellWord(suite.name)}`,
    ...[...backends].map((backend) => `--backend ${backend}`),
    `--repeats ${suite.repeats}`,
  ];
  const wanted = [head, base].filter((sha) => sha !== null).map(shellWord);
  const checkout =
    job.event === "local" || head === null
      ? []
      : [`git fetch origin ${wanted.join(" ")} && git checkout ${shellWord(head)}`];
  return [...checkout, `node ../finetune-bench/dist/cli.js run ${options.join(" ")}`].join("\n");
}

/** What runs it beside the checkout. */
export function reproducedWith({ suite }: Report): string {
  return measuredSize(suite.name) === null ? "Node 24" : "a Python with the same packages";
}

/** Of a machine without Node: within the minutes that it took. */
function scriptCall({ job, suite, comparisons, measured_s: measuredS }: Report, size: string): string {
  const workloads = new Set(comparisons.map(({ title }) => title.split(".")[0] ?? title));
  const backends = new Set(comparisons.map(({ backend }) => backend));
  const options = [
    `--minutes ${Math.max(1, Math.ceil(measuredS / 60))}`,
    "--out measured",
    `--size ${size}`,
    `--repeats ${suite.repeats}`,
    `--repository ${shellWord(job.repository)}`,
    ...[...backends].map((backend) => `--backend ${backend}`),
    ...[...workloads].map((workload) => `--workload ${shellWord(workload)}`),
  ];
  return `python ../finetune-bench/scripts/measure_gpu.py ${options.join(" ")}`;
}

function commitsOf(report: Report): { head: string | null; base: string | null } {
  const { job, confirmation, comparisons } = report;
  const lead = leadOf(report);
  if (lead.about === "change-point" && !lead.point.pending) {
    const { first_bad: head, last_good: base } = lead.point;
    if (isCommit(head) && isCommit(base)) return { head, base };
  }
  const isPaired = comparisons.some(({ pairs }) => pairs > 0);
  return { head: job.sha, base: isPaired ? (confirmation?.base_sha ?? null) : null };
}

function isCommit(name: string | null): name is string {
  return name !== null && /^[0-9a-f]{7,64}$/.test(name);
}

function shellWord(word: string): string {
  return /^[\w./:@+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** What the control workload says of the machine, in words. */
import type { ControlFinding } from "./comparison.ts";
import { clip } from "./escape.ts";
import { movedControls } from "./lead.ts";
import type { ReportFacts } from "./report.ts";
import { named, say, type Sentence } from "./sentence.ts";
import { counted, formatChange, formatInterval, formatPercent } from "./units.ts";

/** Of a cause in a sentence, characters. */
const CAUSE_LENGTH = 200;

/** "control workload steady (±0.2 %)"; nothing where nothing is known. */
export function controlInWords({ control }: Pick<ReportFacts, "control">): Sentence[] {
  const steady = control.filter(({ state }) => state === "steady");
  const moved = movedControls({ control });
  const phrases: Sentence[] = [];
  if (steady.length > 0) {
    const effects = steady.flatMap(({ effect }) => (effect === null ? [] : [Math.abs(effect)]));
    const size = effects.length === 0 ? "" : ` (±${formatPercent(Math.max(...effects))})`;
    phrases.push([`control workload${whereOf(steady, control)} steady${size}`]);
  }
  for (const finding of moved) {
    const size = finding.effect === null ? "" : ` (${formatChange(finding.effect)})`;
    phrases.push([`control workload${whereOf([finding], control)} moved${size}`]);
  }
  return phrases;
}

/** Backends are named only where the job has others. */
function whereOf(some: readonly ControlFinding[], all: readonly ControlFinding[]): string {
  return some.length === all.length ? "" : ` of ${some.map(({ backend }) => backend).join(", ")}`;
}

/** Why the machine may have moved: what was seen in its runs, else what has changed since the newest stored job. */
export function likelyCause({ backend }: ControlFinding, report: ReportFacts): Sentence | null {
  const seen = report.disturbances.filter((found) => found.backend === backend);
  const cause = seen.find(({ part }) => part === "control") ?? seen[0];
  if (cause !== undefined) return [`Likely cause: ${clip(cause.message, CAUSE_LENGTH)}.`];
  const { differences } = report.environment;
  const changed = differences.find(({ kind }) => kind === "machine" || kind === "drift");
  if (changed === undefined) return null;
  return say`Since the newest stored job, ${named(changed.field)} is ${named(changed.head)} instead of ${named(changed.base)}.`;
}

/** One sentence for each backend, with its numbers. */
export function controlInDetail({ control }: Pick<ReportFacts, "control">): Sentence[] {
  return control.map((finding): Sentence => {
    const { backend, state, effect, interval, jobs, reason } = finding;
    const name = `Control workload of ${backend}`;
    if (state === "unknown")
      return [`${name}: ${reason === null ? "nothing to compare with yet" : clip(reason, CAUSE_LENGTH)}.`];
    const range = interval === null ? "" : ` (99 % interval ${formatInterval(interval)})`;
    const size = effect === null ? "" : `, ${formatChange(effect)}${range}`;
    return [`${name}: ${state}${size}, beside ${counted(jobs, "stored job")}.`];
  });
}

/** Which benchmarks this machine runs, in which order, and what it leaves out and why. */
import { backendSchema, frameworkOf, type Backend } from "./backend.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Probe } from "./environment.ts";
import type { Inputs } from "./inputs.ts";
import { titleOf, type CommandEntry, type Suite, type WorkloadEntry } from "./suite.ts";

export interface PlannedBenchmark {
  readonly id: string;
  readonly title: string;
  readonly backend: Backend;
  readonly entry: WorkloadEntry | CommandEntry;
  readonly comparisonClass: "strict" | "approximate" | "informative";
}

/** A benchmark that is not run: by rule (`skipped`), or because what was asked for by name cannot be had (`failed`). */
export interface LeftOut {
  readonly id: string;
  readonly title: string;
  readonly backend: Backend;
  readonly reason: string;
}

export interface Plan {
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly skipped: readonly LeftOut[];
  readonly failed: readonly LeftOut[];
  /** Ids of everything the suite lists for the backends in question, whether or not this machine can run it today. */
  readonly listed: readonly string[];
}

/**
 * The backends of this machine's accelerator, or those of its processor where it has none. The processor does not stand in
 * for an accelerator that is there and cannot be used.
 */
export function automaticBackends(probe: Probe): Backend[] {
  const usable = probe.backends.filter((entry) => entry.possible || entry.faulty);
  const accelerated = usable.filter((entry) => entry.accelerated);
  return (accelerated.length > 0 ? accelerated : usable).map((entry) => entry.backend);
}

/**
 * Every entry of the suite on every backend it is meant for. A backend named by the input that cannot run is `failed`, and
 * so is one whose accelerator is faulty. One named by the suite is left out where the machine does not have it, because
 * one suite serves many machines.
 */
export function makePlan(suite: Suite, probe: Probe, inputs: Pick<Inputs, "backends">, catalogue: Catalogue): Plan {
  const plan: { benchmarks: PlannedBenchmark[]; skipped: LeftOut[]; failed: LeftOut[]; listed: string[] } = {
    benchmarks: [],
    skipped: [],
    failed: [],
    listed: [],
  };
  const automatic = automaticBackends(probe);
  for (const entry of suite.benchmarks) {
    const title = titleOf(entry);
    const offered = offeredBackends(entry, catalogue);
    const allowed = (backend: Backend): boolean => entry.backends?.includes(backend) ?? true;
    const meant = (inputs.backends ?? entry.backends ?? backendSchema.options).filter(allowed);
    plan.listed.push(...meant.map((backend) => `${title}.${backend}`));
    const asked = inputs.backends ?? entry.backends ?? automatic;
    for (const backend of asked) {
      const id = `${title}.${backend}`;
      const left = (reason: string): LeftOut => ({ id, title, backend, reason });
      if (!allowed(backend)) {
        plan.skipped.push(left(`the suite limits it to ${entry.backends?.join(", ")}`));
        continue;
      }
      if (offered !== null && !offered.includes(backend)) {
        plan.skipped.push(left(notOffered(entry, backend, catalogue)));
        continue;
      }
      const impossible = impossibleValue(entry, backend, catalogue);
      if (impossible !== null) {
        plan.skipped.push(left(impossible));
        continue;
      }
      const state = probe.backends.find((candidate) => candidate.backend === backend);
      if (state?.possible !== true) {
        const reason = state?.reason ?? `${backend} is not known to the probe`;
        (inputs.backends === null && state?.faulty !== true ? plan.skipped : plan.failed).push(left(reason));
        continue;
      }
      plan.benchmarks.push({ id, title, backend, entry, comparisonClass: classOf(entry, catalogue) });
    }
  }
  return plan;
}

/** "lm-ptb is not offered on mlx-cpu in size real, only in size tiny" */
function notOffered(entry: WorkloadEntry | CommandEntry, backend: Backend, catalogue: Catalogue): string {
  if (!("workload" in entry)) return `not offered on ${backend}`;
  const sizes = catalogue.workloads.find(({ name }) => name === entry.workload)?.backends[backend] ?? [];
  const only = sizes.length === 0 ? "" : ` in size ${entry.size}, only in size ${sizes.join(" and ")}`;
  return `${entry.workload} is not offered on ${backend}${only}`;
}

/** "lm-ptb is not offered on torch-cpu with bias_correction: false", or null where the backend can do all that is set. */
function impossibleValue(entry: WorkloadEntry | CommandEntry, backend: Backend, catalogue: Catalogue): string | null {
  if (!("workload" in entry)) return null;
  const declared = catalogue.workloads.find(({ name }) => name === entry.workload)?.hyperparameters ?? [];
  const given = declared.find(({ name, not_on }) => {
    const value = entry.set[name];
    return value !== undefined && not_on?.[frameworkOf(backend)]?.includes(value) === true;
  });
  return given === undefined
    ? null
    : `${entry.workload} is not offered on ${backend} with ${given.name}: ${String(entry.set[given.name])}`;
}

function offeredBackends(entry: WorkloadEntry | CommandEntry, catalogue: Catalogue): Backend[] | null {
  if (!("workload" in entry)) return null;
  const workload = catalogue.workloads.find((candidate) => candidate.name === entry.workload);
  const known: readonly Backend[] = ["torch-cuda", "torch-mps", "torch-cpu", "mlx-metal", "mlx-cuda", "mlx-cpu"];
  return known.filter((backend) => workload?.backends[backend]?.includes(entry.size) ?? false);
}

function classOf(entry: WorkloadEntry | CommandEntry, catalogue: Catalogue): PlannedBenchmark["comparisonClass"] {
  if (!("workload" in entry)) return "strict";
  const workload = catalogue.workloads.find((candidate) => candidate.name === entry.workload);
  return workload?.presets[entry.preset]?.comparison_class ?? "strict";
}

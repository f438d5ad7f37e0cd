/** Which environments a plan needs: what has yet to be installed, and how each benchmark gets its interpreter. */
import path from "node:path";
import type { Inputs } from "../core/inputs.ts";
import { shippedCatalogue } from "../core/catalogue.ts";
import { lockFor, PARQUET_LOCK } from "../core/lock.ts";
import { readsParquet } from "../core/parquet.ts";
import type { Plan, PlannedBenchmark } from "../core/plan.ts";
import { harnessUnder, smokeTest } from "./harness.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import {
  ensureEnvironment,
  findEnvironment,
  lockedEnvironment,
  ownEnvironment,
  type EnvironmentSpec,
} from "./python-environment.ts";
import type { ProvideEnvironment } from "./ready.ts";

export interface Install {
  readonly name: string;
  readonly downloadBytes: number;
  readonly diskBytes: number;
}

export interface PlannedEnvironments {
  /** What is not there yet; empty when nothing will be installed. */
  readonly installs: readonly Install[];
  readonly provide: ProvideEnvironment;
}

export async function planEnvironments(
  inputs: Pick<Inputs, "python">,
  host: Host,
  machine: Machine,
  plan: Plan,
): Promise<PlannedEnvironments> {
  const { python } = machine;
  const specOf = (planned: PlannedBenchmark): EnvironmentSpec | null => {
    const { entry } = planned;
    if (inputs.python !== null) return null;
    if ("workload" in entry) {
      return lockedEnvironment(lockFor(planned.backend, machine.probe), host.harness, machine.probe.machine.os);
    }
    return entry.requirements === undefined ? null : ownEnvironment(path.resolve(host.workspace, entry.requirements));
  };
  const readerOf = ({ entry }: PlannedBenchmark): EnvironmentSpec | null =>
    inputs.python === null && readsParquet(entry, shippedCatalogue())
      ? lockedEnvironment(PARQUET_LOCK, host.harness, machine.probe.machine.os)
      : null;
  const specs = new Map<string, EnvironmentSpec>();
  for (const planned of plan.benchmarks) {
    for (const spec of [specOf(planned), readerOf(planned)]) {
      if (spec !== null) specs.set(`${spec.requirements} ${spec.torch}`, spec);
    }
  }
  const installs: Install[] = [];
  for (const spec of specs.values()) {
    // A requirements file that cannot be read is that benchmark's failure, told when it is made ready.
    const there = await findEnvironment({ spec, python, cache: host.cache }).catch(() => undefined);
    if (there === null) installs.push({ name: spec.name, ...spec.size });
  }
  const made = async (spec: EnvironmentSpec): Promise<{ readonly python: string; readonly versions: string }> => {
    const outcome = await ensureEnvironment({
      spec,
      python,
      uv: machine.probe.tools.uv,
      cache: host.cache,
      env: host.env,
      progress: host.progress.line,
      output: host.progress.output,
      signal: host.signal,
    });
    if (outcome.status === "failed") throw new Error(outcome.message);
    return outcome;
  };
  const provide: ProvideEnvironment = async (planned) => {
    const spec = specOf(planned);
    const reader = readerOf(planned);
    const own = !("workload" in planned.entry);
    if (spec === null) {
      if (own) return { python: inputs.python, versions: null, parquet: null };
      await smokeTest(harnessUnder(host, python.executable), planned.backend);
      return { python: python.executable, versions: null, parquet: null };
    }
    const environment = await made(spec);
    if (!own) {
      host.progress.line(`${planned.backend}: trying the environment (import and one product)`);
      await smokeTest(harnessUnder(host, environment.python), planned.backend);
    }
    const parquet = reader === null ? null : (await made(reader)).python;
    return { python: environment.python, versions: environment.versions, parquet };
  };
  return { installs, provide };
}

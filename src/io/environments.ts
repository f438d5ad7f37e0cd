/** Which environments a plan needs: what has yet to be installed, and how each benchmark gets its interpreter. */
import path from "node:path";
import type { Inputs } from "../core/inputs.ts";
import { shippedCatalogue } from "../core/catalogue.ts";
import { lockFor, PARQUET_LOCK, type Size } from "../core/lock.ts";
import { readsParquet } from "../core/parquet.ts";
import type { Plan, PlannedBenchmark } from "../core/plan.ts";
import { environmentDamage } from "./environment-damage.ts";
import { harnessUnder, smokeTest } from "./harness.ts";
import type { Host } from "./host.ts";
import type { Machine } from "./machine.ts";
import {
  ensureEnvironment,
  findEnvironment,
  lockedEnvironment,
  ownEnvironment,
  type EnvironmentOutcome,
  type EnvironmentRequest,
  type EnvironmentSpec,
} from "./python-environment.ts";
import type { ProvideEnvironment } from "./ready.ts";

export interface Install extends Size {
  readonly name: string;
}

export interface PlannedEnvironments {
  /** What is not there yet; empty when nothing will be installed. */
  readonly installs: readonly Install[];
  readonly provide: ProvideEnvironment;
}

export async function planEnvironments(
  inputs: Pick<Inputs, "python">,
  host: Pick<Host, "harness" | "workspace" | "cache" | "env" | "signal" | "progress">,
  machine: Pick<Machine, "python" | "probe">,
  plan: Pick<Plan, "benchmarks">,
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
  /** One of an earlier job that has lost something since is made anew. */
  const wholeEnvironment = async (spec: EnvironmentSpec): Promise<ReadyEnvironment> => {
    const { env, signal, cache } = host;
    const { line: progress, output } = host.progress;
    const request = { spec, python, uv: machine.probe.tools.uv, cache, env, progress, output, signal };
    const made = await madeReady(request);
    const damage = made.created ? null : await environmentDamage({ ...made, env, signal });
    if (damage === null) return made;
    progress(`the environment ${spec.name} is damaged (${damage}): making it anew`);
    return madeReady({ ...request, damaged: made.python });
  };
  const provide: ProvideEnvironment = async (planned) => {
    const spec = specOf(planned);
    const reader = readerOf(planned);
    const isOwn = !("workload" in planned.entry);
    if (spec === null && isOwn) return { python: inputs.python, versions: null, parquet: null };
    const made = spec === null ? { python: python.executable, versions: null } : await wholeEnvironment(spec);
    // What a user's own packages are to do, nobody knows.
    if (!isOwn) {
      host.progress.line(`${planned.backend}: trying the environment (import and one product)`);
      await smokeTest(harnessUnder(host, made.python), planned.backend);
    }
    const parquet = reader === null ? null : (await wholeEnvironment(reader)).python;
    return { python: made.python, versions: made.versions, parquet };
  };
  return { installs, provide };
}

type ReadyEnvironment = Extract<EnvironmentOutcome, { status: "ready" }>;

async function madeReady(request: EnvironmentRequest): Promise<ReadyEnvironment> {
  const made = await ensureEnvironment(request);
  if (made.status === "failed") throw new Error(made.message);
  return made;
}

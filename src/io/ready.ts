/** Makes a planned benchmark ready to run: its environment, its work order, its time. Nothing here is measured. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { shippedCatalogue } from "../core/catalogue.ts";
import { describeError } from "../core/errors.ts";
import { canonicalJson, sha256Hex } from "../core/hash.ts";
import { readsParquet } from "../core/parquet.ts";
import type { LeftOut, PlannedBenchmark } from "../core/plan.ts";
import type { FailureReason } from "../core/result.ts";
import type { CommandEntry } from "../core/suite.ts";
import { HarnessError, prepareOrder, type Harness, type Prepared } from "./harness.ts";
import type { Progress } from "./progress.ts";

/** The interpreter a benchmark runs under. */
export interface BenchmarkEnvironment {
  /** Null: a user's own program that runs with what the PATH has. */
  readonly python: string | null;
  /** Exact package versions, as text; null where nothing was installed for it. */
  readonly versions: string | null;
  /** The interpreter whose packages read the parquet files of its data set; null where it has none, or reads them itself. */
  readonly parquet: string | null;
}

/** Makes or finds an environment; throws with the reason when it cannot. */
export type ProvideEnvironment = (planned: PlannedBenchmark) => Promise<BenchmarkEnvironment>;

export interface Ready {
  readonly planned: PlannedBenchmark;
  readonly environment: BenchmarkEnvironment;
  /** Of a built-in workload. */
  readonly order: string | null;
  readonly workHash: string;
  readonly comparisonClass: Prepared["comparison_class"];
  readonly hyperparameters: Prepared["hyperparameters"];
}

/** Stood in the plan and could not be made ready. */
export interface NotReady {
  readonly planned: PlannedBenchmark;
  readonly reason: FailureReason;
  readonly message: string;
}

export interface ReadyInput {
  readonly benchmarks: readonly PlannedBenchmark[];
  readonly provide: ProvideEnvironment;
  /** Whose environments these are: the base's package lists stand beside the head's. */
  readonly side: "head" | "base";
  /** The harness under a benchmark's own interpreter. */
  readonly harness: (python: string) => Harness;
  readonly results: string;
  readonly scratch: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

export interface MadeReady {
  readonly ready: Ready[];
  readonly notReady: NotReady[];
  /** Need a checkpoint or data set that is not on this machine, which cannot reach the hub. */
  readonly leftOut: LeftOut[];
}

export async function makeReady(input: ReadyInput): Promise<MadeReady> {
  const ready: Ready[] = [];
  const notReady: NotReady[] = [];
  const leftOut: LeftOut[] = [];
  const orders = new Map<string, Prepared>();
  const environments = new Map<string, BenchmarkEnvironment | { failure: string }>();
  for (const planned of input.benchmarks) {
    const fail = (reason: FailureReason, message: string): void => void notReady.push({ planned, reason, message });
    if (input.signal.aborted) {
      fail("cancelled", "cancelled before it ran");
      continue;
    }
    const environment = await provideOnce(planned, input, environments);
    if ("failure" in environment) {
      fail(input.signal.aborted ? "cancelled" : "environment", environment.failure);
      continue;
    }
    try {
      const { entry } = planned;
      if (environment.versions !== null) {
        // A user's own requirements are one benchmark's; what the workloads run in is the backend's.
        const name = "workload" in entry ? planned.backend : planned.id;
        const file = input.side === "head" ? `${name}.txt` : `${name}.base.txt`;
        await writeFile(path.join(input.results, "env", file), environment.versions);
      }
      if (!("workload" in entry)) {
        const hyperparameters = { command: entry.command.join(" ") };
        const shared = { order: null, comparisonClass: planned.comparisonClass, hyperparameters };
        ready.push({ planned, environment, workHash: commandHash(entry), ...shared });
        continue;
      }
      if (environment.python === null) throw new Error(`${planned.id} has no interpreter`);
      const prepared =
        orders.get(planned.title) ??
        (await prepareOrder(
          input.harness(environment.python),
          { entry, parquet: environment.parquet },
          path.join(input.results, "orders"),
          input.scratch,
          input.progress.line,
        ));
      orders.set(planned.title, prepared);
      const { order, work_hash, comparison_class, hyperparameters } = prepared;
      ready.push({
        planned,
        environment,
        order,
        workHash: work_hash,
        comparisonClass: comparison_class,
        hyperparameters,
      });
    } catch (error) {
      const refusal = error instanceof HarnessError ? error : null;
      const message = describeError(error);
      if (input.signal.aborted) fail("cancelled", message);
      else if (refusal?.outOfReach === true) leftOut.push({ ...planned, reason: message.replace(/^error: /, "") });
      else fail(refusal?.badOrder === false ? "environment" : "bad-order", message);
    }
  }
  return { ready, notReady, leftOut };
}

async function provideOnce(
  planned: PlannedBenchmark,
  input: ReadyInput,
  made: Map<string, BenchmarkEnvironment | { failure: string }>,
): Promise<BenchmarkEnvironment | { failure: string }> {
  const key = environmentKey(planned);
  const known = made.get(key);
  if (known !== undefined) return known;
  let outcome: BenchmarkEnvironment | { failure: string };
  try {
    outcome = await input.provide(planned);
  } catch (error) {
    outcome = { failure: describeError(error) };
  }
  made.set(key, outcome);
  return outcome;
}

/** Benchmarks with one key share an environment. */
function environmentKey(planned: PlannedBenchmark): string {
  const { entry } = planned;
  if ("workload" in entry) return `${planned.backend}${readsParquet(entry, shippedCatalogue()) ? " parquet" : ""}`;
  return entry.requirements === undefined ? "path" : `requirements ${entry.requirements}`;
}

/** Of a user's own program: its name, command and variables. Requirements are software, not work. */
function commandHash(entry: CommandEntry): string {
  return sha256Hex(canonicalJson({ name: entry.name, command: entry.command, env: entry.env }));
}

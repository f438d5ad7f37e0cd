/** Reports of several runners: the parts are scenes of one runner each, joined as the report job joins them. */
import type { FailOn } from "../../src/core/gate.ts";
import { identity } from "../../src/core/identity.ts";
import { joinReports } from "../../src/core/join-reports.ts";
import type { JointReport, MissingRunner } from "../../src/core/joint.ts";
import { all, GIB, HOSTILE, lora, matmul, mine, quiet, quietBut, SOFTWARE_MOVED } from "./report-benchmarks.ts";
import { BASELINE, benchmark, compared, PUSH, reportOf, type Scene } from "./report-fixtures.ts";
import { HISTORY_SCENES } from "./report-scenes-history.ts";
import { MACHINE_SCENES } from "./report-scenes-machine.ts";
import { STEADY, STEADY_CUDA } from "./report-machine.ts";
import { confirmedIn, TODAY_SCENES } from "./report-scenes-today.ts";

export const MAC = "apple-m4-max-64gb-3f2a";
export const SECOND = "nvidia-rtx-4090-c21d";
const RUN = "https://github.com/acme/trainer/actions/runs/8412345678";

export interface JointScene {
  readonly parts: readonly Scene[];
  readonly missing?: readonly MissingRunner[];
  readonly warnings?: readonly string[];
  readonly failOn?: readonly FailOn[];
}

/** The same scene on another runner. */
function on(runnerKey: string, scene: Scene): Scene {
  return { ...scene, result: { ...scene.result, runner_key: runnerKey } };
}

const macMachine = identity({
  model: "Mac16,6",
  device: "Apple M4 Max",
  memory: "64 GB",
  os: "macos",
  os_release: "26.1",
  power_mode: "normal",
});
const loraOnMetal = benchmark("lora-alpaca-tinyllama.strict.real", "mlx-metal", {
  tokens_per_second: 4118,
  step_time: 0.4974,
  peak_memory: 8.42 * GIB,
  final_loss: 1.0832,
});
const loraOnMps = benchmark("lora-alpaca-tinyllama.strict.real", "torch-mps", {
  tokens_per_second: 2904,
  step_time: 0.7052,
  peak_memory: 11.3 * GIB,
  final_loss: 1.083204,
});
const onMac = [loraOnMetal, loraOnMps];
const quietMac = [
  compared(loraOnMetal, "tokens_per_second", "no-change", { base: 4109, half: 0.012 }),
  compared(loraOnMetal, "peak_memory", "no-change", { base: 8.42 * GIB }),
  compared(loraOnMetal, "final_loss", "no-change", { base: 1.0832 }),
  compared(loraOnMps, "tokens_per_second", "no-change", { base: 2911, half: 0.015 }),
  compared(loraOnMps, "peak_memory", "no-change", { base: 11.3 * GIB }),
  compared(loraOnMps, "final_loss", "no-change", { base: 1.083204 }),
];

/** A Mac on which nothing changed, or what `change` says. */
function mac(change: Partial<Scene> = {}): Scene {
  const { result, ...others } = change;
  return {
    benchmarks: onMac,
    comparisons: quietMac,
    control: [
      { ...STEADY_CUDA, backend: "mlx-metal", effect: -0.001 },
      { ...STEADY_CUDA, backend: "torch-mps", effect: 0.001 },
    ],
    baseline: { ...BASELINE, jobs: 18 },
    ...others,
    result: {
      runner_key: MAC,
      machine: macMachine,
      drift: { os_build: "25B78", gpu_temperature_c: 44 },
      measured_s: 411,
      ...result,
    },
  };
}

const clear: Scene = { benchmarks: all, comparisons: quiet, control: STEADY };
const slower = compared(lora, "tokens_per_second", "regression", { base: 19325, half: 0.006, pairs: 4 });
const slowed: Scene = {
  ...clear,
  comparisons: quietBut(
    slower,
    compared(matmul, "samples_per_second", "inconclusive", { base: 41.8, half: 0.029, blind: 0.037, pairs: 10 }),
  ),
  result: confirmedIn(),
};
const slowedMac = quietMac.map((row) =>
  row.benchmark === loraOnMetal.id && row.metric?.name === "tokens_per_second"
    ? compared(loraOnMetal, "tokens_per_second", "regression", { base: 4260, half: 0.008, pairs: 4 })
    : row,
);
const lost: MissingRunner = { name: "bench (nvidia-h200)", reason: "its job failed before it measured anything" };

/** As after a first merge: nothing is stored for anything. */
function fresh(scene: Scene): Scene {
  const comparisons = scene.comparisons.map((row) => ({
    ...row,
    verdict: "no-baseline" as const,
    base: null,
    trend: row.trend.slice(-1),
    effect: null,
    interval: null,
    p: null,
  }));
  return { ...scene, comparisons, baseline: null, control: [] };
}

const sweeps = Array.from({ length: 12 }, (_, runner) =>
  Array.from({ length: 40 }, (__, index) =>
    benchmark(`sweep-of-ranks-number-${index}.strict.real`, "torch-cuda", {
      tokens_per_second: 9000 + index + runner,
      peak_memory: 8 * GIB,
      final_loss: 2.1,
    }),
  ),
);

const hostile = benchmark(`${HOSTILE} joint`, "torch-cuda", { tokens_per_second: 100 });

export const JOINT_SCENES = {
  "joint-no-change": { parts: [clear, mac()] },
  "joint-no-change-three": { parts: [clear, on(SECOND, clear), mac()] },
  "joint-two-jobs-of-one-runner": {
    parts: [
      { ...clear, benchmarks: [lora], comparisons: quiet.filter((row) => row.benchmark === lora.id) },
      {
        ...slowed,
        comparisons: slowed.comparisons.filter((row) => row.benchmark !== lora.id),
        benchmarks: [matmul, mine],
      },
    ],
  },
  "joint-regression-on-one": { parts: [slowed, mac()] },
  "joint-regression-on-both": {
    parts: [slowed, mac({ comparisons: slowedMac, result: { ...confirmedIn(), measured_s: 512 } })],
  },
  "joint-regression-beside-an-improvement": {
    parts: [
      slowed,
      mac({
        comparisons: quietMac.map((row) =>
          row.benchmark === loraOnMps.id && row.metric?.name === "tokens_per_second"
            ? compared(loraOnMps, "tokens_per_second", "improvement", { base: 2584, half: 0.01, pairs: 4 })
            : row,
        ),
        result: confirmedIn(),
      }),
    ],
  },
  "joint-improvement-on-one": { parts: [{ ...TODAY_SCENES["improvement-confirmed"], control: STEADY }, mac()] },
  "joint-accepted-on-one": { parts: [{ ...TODAY_SCENES.accepted, control: STEADY }, mac()] },
  "joint-machine-moved-beside-clear": { parts: [MACHINE_SCENES["machine-moved"], mac()] },
  "joint-machine-moved-beside-a-regression": {
    parts: [MACHINE_SCENES["machine-moved"], mac({ comparisons: slowedMac, result: confirmedIn() })],
  },
  "joint-many-moved": {
    parts: [
      ...Array.from({ length: 8 }, (_, index) => on(`nvidia-h200-node-${index}`, MACHINE_SCENES["machine-moved"])),
      mac(),
    ],
  },
  "joint-inconclusive-on-one": { parts: [{ ...TODAY_SCENES["inconclusive-by-pairs"], control: STEADY }, mac()] },
  "joint-inconclusive-on-both": {
    parts: [
      TODAY_SCENES["inconclusive-by-pairs"],
      mac({
        comparisons: quietMac.map((row) =>
          row.metric?.name === "tokens_per_second" && row.benchmark === loraOnMps.id
            ? compared(loraOnMps, "tokens_per_second", "inconclusive", {
                base: 2950,
                half: 0.05,
                blind: 0.06,
                pairs: 10,
              })
            : row,
        ),
        result: confirmedIn(),
      }),
    ],
  },
  "joint-failed-on-one": { parts: [HISTORY_SCENES.failed, mac()] },
  "joint-failed-on-both": { parts: [HISTORY_SCENES.failed, on(SECOND, HISTORY_SCENES.failed), mac()] },
  "joint-missing-beside-clear": { parts: [clear, mac()], missing: [lost] },
  "joint-missing-beside-a-regression": { parts: [slowed, mac()], missing: [{ ...lost, reason: null }] },
  "joint-nothing": { parts: [] },
  "joint-nothing-usable": {
    parts: [],
    missing: [lost, { name: SECOND, reason: "its result.json does not follow schema 1" }],
    warnings: ["run 8412345678 ended with failure: a job of it may have left no result"],
    failOn: ["regression"],
  },
  "joint-first-pull-request": { parts: [fresh(clear), fresh(mac())] },
  "joint-first-recorded": {
    parts: [
      { ...fresh(clear), job: PUSH, recorded: "yes" },
      { ...fresh(mac()), job: PUSH, recorded: "yes" },
    ],
  },
  "joint-new-runner-beside-clear": { parts: [clear, fresh(mac())] },
  "joint-incomparable-on-both": {
    parts: [
      HISTORY_SCENES["incomparable-software"],
      on(SECOND, HISTORY_SCENES["incomparable-software"]),
      mac({ differences: [{ ...SOFTWARE_MOVED, field: "mlx", base: "0.31.1", head: "0.31.2" }] }),
    ],
  },
  "joint-change-point-on-one": {
    parts: [MACHINE_SCENES["change-point"], mac({ job: { ...PUSH, event: "schedule" }, recorded: "yes" })],
  },
  "joint-everything": {
    parts: [
      MACHINE_SCENES["machine-moved"],
      on(SECOND, slowed),
      fresh(mac()),
      on("amd-epyc-9354-64gb-77aa", HISTORY_SCENES.mixed),
    ],
    missing: [lost],
    warnings: ["the artifact of another attempt was left aside"],
  },
  "joint-hostile": {
    parts: [
      { ...MACHINE_SCENES["hostile-machine"], job: {} },
      on(SECOND, {
        benchmarks: [hostile],
        comparisons: [compared(hostile, "tokens_per_second", "regression", { base: 120, half: 0.01, pairs: 4 })],
        result: confirmedIn(),
        warnings: [HOSTILE],
      }),
    ],
    missing: [{ name: `${HOSTILE} runner`, reason: HOSTILE }],
    warnings: [HOSTILE],
  },
  "joint-very-large": {
    parts: sweeps.map((benchmarks, runner) =>
      on(`nvidia-h200-node-${String(runner).padStart(2, "0")}`, {
        benchmarks,
        comparisons: benchmarks.flatMap((entry, index) => [
          compared(entry, "tokens_per_second", index === 7 && runner % 4 === 3 ? "regression" : "no-change", {
            base: index === 7 && runner % 4 === 3 ? 9900 : 9010 + index,
            half: 0.008,
            pairs: index === 7 ? 4 : 0,
          }),
          compared(entry, "peak_memory", "no-change", { base: 8 * GIB }),
          compared(entry, "final_loss", "no-change", { base: 2.1 }),
        ]),
        control: STEADY,
        result: confirmedIn(),
      }),
    ),
  },
} as const satisfies Readonly<Record<string, JointScene>>;

export type JointSceneName = keyof typeof JOINT_SCENES;

export const JOINT_NAMES = Object.keys(JOINT_SCENES).filter((name): name is JointSceneName => name in JOINT_SCENES);

/** With an artifact for every runner, and one of the job that joins them. */
export function joined(name: JointSceneName): JointReport {
  const { parts, missing, warnings, failOn }: JointScene = JOINT_SCENES[name];
  const reports = parts.map((part, index) => {
    const report = reportOf({ ...part, ...(failOn === undefined ? {} : { failOn }) });
    return { ...report, links: { ...report.links, artifact_url: `${RUN}/artifacts/${2233445501 + index}` } };
  });
  return joinReports(reports, new Set(failOn ?? ["regression", "failed"]), {
    version: "0.1.0",
    missing: missing ?? [],
    warnings: warnings ?? [],
    links: { artifact_url: `${RUN}/artifacts/2233445566`, run_url: RUN },
  });
}

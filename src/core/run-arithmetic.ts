/** How much of a device's arithmetic the timed steps used: model FLOPs a second, against what was probed and what is claimed. */
import { isCpu, type Backend } from "./backend.ts";
import { vendorPeak } from "./device-peaks.ts";
import type { HarnessEvent, StepEvent } from "./protocol.ts";
import type { MetricName } from "./registry.ts";
import { sum } from "./statistics.ts";
import { formatPercent } from "./units.ts";

export interface Arithmetic {
  readonly values: readonly (readonly [MetricName, number])[];
  /** A utilisation above 100 % is an error of the measurement, and what it says fails the run; null without one. */
  readonly fault: string | null;
}

/**
 * @param timed steps that are no warm-up
 * @param gpuCores of the accelerator; null where nobody knows
 */
export function arithmeticOf(
  events: readonly HarnessEvent[],
  timed: readonly StepEvent[],
  backend: Backend,
  gpuCores: number | null,
): Arithmetic {
  const probes = events.filter((event) => event.event === "gemm");
  // The harness probes again where its steps outdo the probe: the best product is what the device can do.
  const probed = probes.length === 0 ? null : Math.max(...probes.map(({ flop, fastest_s }) => flop / fastest_s));
  const values: [MetricName, number][] = probed === null ? [] : [["gemm_rate", probed]];
  const flop = timed.flatMap((step) => (step.model_flop === undefined ? [] : [step.model_flop]));
  if (flop.length === 0 || flop.length < timed.length) return { values, fault: null };
  const rate = sum(flop) / sum(timed.map((step) => step.duration_s));
  values.push(["model_flop_rate", rate]);
  const [gemm] = probes;
  const environment = events.find((event) => event.event === "environment");
  const claimed =
    gemm === undefined || environment === undefined || isCpu(backend)
      ? null
      : vendorPeak({ name: environment.device, gpuCores, tf32: environment.knobs["tf32"] === true }, gemm.dtype);
  const peaks = [
    ["mfu_probe", probed, "its GEMM probe reached"],
    ["mfu_vendor", claimed, "its vendor claims"],
  ] as const;
  let fault: string | null = null;
  for (const [name, peak, what] of peaks) {
    if (peak === null) continue;
    if (rate <= peak) values.push([name, rate / peak]);
    else fault ??= impossible(rate / peak, what);
  }
  return { values, fault };
}

function impossible(share: number, what: string): string {
  return (
    `the timed steps would have used ${formatPercent(share)} of the arithmetic a second that ${what}: ` +
    "their clock, their model FLOPs or that peak is wrong, so nothing of this run is used"
  );
}

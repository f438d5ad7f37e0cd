import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import { eventSchema, type StepEvent } from "../../src/core/protocol.ts";
import { disturbanceSchema } from "../../src/core/result.ts";
import type { DeviceEvent } from "../../src/core/protocol.ts";
import { runDisturbances, timedTimes, usualClock } from "../../src/core/run-disturbances.ts";
import { seededRandom } from "../support/random.ts";
import { processorMs } from "../support/processor-time.ts";

/** One sample a second from second 100 on; `facts` of each. */
function samples(...facts: readonly Partial<DeviceEvent>[]): DeviceEvent[] {
  return facts.map((fact, index) => ({ event: "device", time_s: 100 + index, ...fact }));
}

function times(count: number, of: (index: number) => number): number[] {
  return Array.from({ length: count }, (_, index) => of(index));
}

const QUIET = { backend: "torch-cuda", samples: [], times: [], usualClockMhz: null, startPower: {} } as const;
const found = (run: Partial<Parameters<typeof runDisturbances>[0]>): ReturnType<typeof runDisturbances> =>
  runDisturbances({ ...QUIET, ...run });

function kinds(series: readonly number[], backend: Backend = "torch-cuda"): string[] {
  return found({ backend, times: series }).map(({ kind }) => kind);
}

test("nothing is known: nothing disturbed", () => {
  expect(found({})).toEqual([]);
});

test("a quiet accelerator under full load", () => {
  const busy = { throttle: ["sw_power_cap"], clock_mhz: 1980, device_busy: 1, foreign_processes: 0, cpu_stolen: 0 };
  const quiet = samples(busy, { ...busy, pressure: "nominal" }, { ...busy, pressure: "fair" });
  expect(found({ samples: quiet, times: times(30, () => 0.1), usualClockMhz: 1980 })).toEqual([]);
});

test("a run on another power than the job began with is disturbed, on the processor too", () => {
  const unplugged = samples({ on_battery: false }, { on_battery: true });
  for (const backend of ["mlx-metal", "torch-cpu"] as const) {
    expect(found({ backend, samples: unplugged, startPower: { on_battery: false } })).toEqual([
      { kind: "power", message: "the machine was unplugged and ran on its battery after the job began" },
    ]);
  }
});

describe("the driver's reasons", () => {
  test.each([
    [["hw_slowdown"], "thermal"],
    [["hw_thermal_slowdown"], "thermal"],
    [["sw_thermal_slowdown", "sw_power_cap"], "thermal"],
    [["hw_power_brake_slowdown"], "power"],
    // The board reports its power brake as a slow-down by hardware, too: that is no heat.
    [["hw_slowdown", "hw_power_brake_slowdown"], "power"],
  ])("%j is %s", (throttle, kind) => {
    expect(found({ samples: samples({ throttle }) }).map((disturbance) => disturbance.kind)).toEqual([kind]);
  });

  test.each([
    ["sw_power_cap"],
    ["gpu_idle"],
    ["applications_clocks_setting"],
    ["sync_boost"],
    ["display_clock_setting"],
  ])("%s is none", (reason) => expect(found({ samples: samples({ throttle: [reason] }) })).toEqual([]));

  test("heat and power in one run are two findings, with the numbers", () => {
    const disturbed = found({
      samples: samples(
        { throttle: [] },
        { throttle: ["hw_thermal_slowdown", "hw_slowdown"], temperature_c: 91 },
        { throttle: ["hw_power_brake_slowdown", "hw_slowdown"], temperature_c: 95 },
        { throttle: ["hw_thermal_slowdown"], temperature_c: 88 },
      ),
    });
    expect(disturbed).toEqual([
      {
        kind: "thermal",
        message:
          "the driver slowed the device for its heat (hw_slowdown, hw_thermal_slowdown) in 2 of 4 samples over 3 s, up to 91 °C",
      },
      {
        kind: "power",
        message:
          "the driver slowed the device for its power supply (hw_power_brake_slowdown) in 1 of 4 samples over 3 s",
      },
    ]);
  });
});

function at(clock: number, busy?: number): Partial<DeviceEvent> {
  return busy === undefined ? { clock_mhz: clock } : { clock_mhz: clock, device_busy: busy };
}

describe("the clock", () => {
  test("10 % below the other runs under load is a disturbance, less is not", () => {
    expect(found({ samples: samples(at(1410, 1), at(1410, 1)), usualClockMhz: 1980 })).toEqual([
      { kind: "clock", message: "clock 1,410 MHz under load, 1,980 MHz in the other runs" },
    ]);
    expect(found({ samples: samples(at(1800, 1)), usualClockMhz: 1980 })).toEqual([]);
    expect(found({ samples: samples(at(1781, 1)), usualClockMhz: 1980 })).toHaveLength(1);
  });

  test("an idle device has no say, nor is anything said without other runs", () => {
    expect(found({ samples: samples(at(345, 0), at(1980, 0.9), at(345, 0.1)), usualClockMhz: 1980 })).toEqual([]);
    expect(found({ samples: samples(at(345, 0)), usualClockMhz: 1980 })).toEqual([]);
    expect(found({ samples: samples(at(345, 1)), usualClockMhz: null })).toEqual([]);
  });

  test("at the power cap the clock follows the work: it tells nothing of the machine", () => {
    const capped = { ...at(1400, 1), throttle: ["sw_power_cap"] };
    expect(found({ samples: samples(capped, capped), usualClockMhz: 1980 })).toEqual([]);
    expect(usualClock([samples(capped, at(1980, 1)), samples(capped)])).toBe(1980);
  });

  test("what is usual: the median of what each other run shows under load", () => {
    const others = [samples(at(1980, 1), at(300, 0)), samples(at(1965, 1)), samples(at(1200, 1)), samples({})];
    expect(usualClock(others)).toBe(1965);
    expect(usualClock([samples(at(1980), at(1970))])).toBe(1975);
    expect(usualClock([samples({}), []])).toBeNull();
  });
});

test("others on the accelerator", () => {
  expect(found({ samples: samples({ foreign_processes: 0 }, { foreign_processes: 1 }, {}) })).toEqual([
    { kind: "foreign-process", message: "another program was on the accelerator in 1 of 2 samples over 1 s" },
  ]);
  const several = found({ samples: samples({ foreign_processes: 1 }, { foreign_processes: 3 }) });
  expect(several[0]?.message).toContain("3 other programs were");
});

test("thermal pressure of macOS", () => {
  const pressed = found({
    backend: "mlx-metal",
    samples: samples({ pressure: "serious" }, { pressure: "critical" }, { pressure: "fair" }),
  });
  expect(pressed).toEqual([{ kind: "pressure", message: "thermal pressure critical in 2 of 3 samples over 2 s" }]);
  expect(found({ backend: "mlx-metal", samples: samples({ pressure: "nominal" }, { pressure: "fair" }) })).toEqual([]);
});

function stolen(backend: Backend, ...shares: readonly number[]): ReturnType<typeof found> {
  return found({ backend, samples: samples(...shares.map((cpu_stolen) => ({ cpu_stolen }))) });
}

test("stolen processor time counts by its mean over the run, less where the quickest step counts", () => {
  expect(stolen("torch-cuda", 0.06, 0, 0, 0)).toEqual([]);
  expect(stolen("torch-cuda", 0.02, 0.02)).toEqual([]);
  expect(stolen("torch-cuda", 0.12, 0, 0, 0)).toEqual([
    { kind: "stolen-time", message: "the hypervisor gave 3 % of the processor time to others" },
  ]);
  expect(stolen("torch-cpu", 0.12, 0, 0, 0)).toEqual([]);
  expect(stolen("torch-cpu", 0.1, 0.1)).toEqual([]);
  expect(stolen("torch-cpu", 0.3, 0.1).map(({ kind }) => kind)).toEqual(["stolen-time"]);
});

test("an accelerator says nothing of work on the processor", () => {
  const hot = samples({ throttle: ["hw_thermal_slowdown"], foreign_processes: 2, clock_mhz: 300, device_busy: 1 });
  for (const backend of ["torch-cpu", "mlx-cpu"] as const) {
    expect(found({ backend, samples: hot, usualClockMhz: 1980 })).toEqual([]);
  }
  expect(found({ samples: hot, usualClockMhz: 1980 }).map(({ kind }) => kind)).toEqual([
    "thermal",
    "clock",
    "foreign-process",
  ]);
});

describe("the trend over the timed phase", () => {
  test("steps that become slower, with the number", () => {
    expect(found({ times: times(30, (index) => 0.1 * (1 + index / 200)) })).toEqual([
      { kind: "trend", message: "its steps became 9.8 % slower from the first third to the last" },
    ]);
    expect(kinds(times(30, (index) => 0.1 * (1 + index / 1000)))).toEqual([]);
  });

  test("fewer than nine steps tell nothing; steps that become quicker are warm-up, not a disturbance", () => {
    expect(kinds(times(8, (index) => index + 1))).toEqual([]);
    expect(kinds(times(9, (index) => index + 1))).toEqual(["trend"]);
    expect(kinds(times(30, (index) => 100 - index))).toEqual([]);
  });

  test("processors by their quickest steps, accelerators by their middle ones", () => {
    // Every third step of the last third stays quick: the minimum does not see what the median does.
    const series = times(30, (index) => 1 + index * 1e-6 + (index >= 20 && index % 3 !== 0 ? 0.2 : 0));
    expect(kinds(series, "torch-cuda")).toEqual(["trend"]);
    expect(kinds(series, "torch-cpu")).toEqual([]);
  });

  test("a single slow step at the end is none", () => {
    expect(kinds(times(30, (index) => (index > 27 ? 3 : 1 + (index % 2) * 1e-3)))).toEqual([]);
  });

  test("a machine that somebody began to use", () => {
    expect(kinds(times(60, (index) => (index < 35 ? 1 : 1.3) + (index % 5) * 1e-3))).toEqual(["trend"]);
  });

  test.each([
    { sd: 0.02, count: 9, backend: "torch-cuda" },
    { sd: 0.03, count: 20, backend: "torch-mps" },
    { sd: 0.1, count: 20, backend: "torch-cpu" },
    { sd: 0.05, count: 30, backend: "torch-cpu" },
  ] as const)("jitter of $sd around one level is a trend in at most 1 % of runs ($count steps, $backend)", (given) => {
    const random = seededRandom(given.count);
    let alarms = 0;
    for (let trial = 0; trial < 2000; trial++) {
      let state = random.normal();
      const series = times(given.count, () => {
        state = state / 2 + Math.sqrt(3 / 4) * random.normal();
        return Math.exp(given.sd * state) * (random.uniform() < 0.02 ? 1.3 : 1);
      });
      if (kinds(series, given.backend).length > 0) alarms += 1;
    }
    expect(alarms / 2000).toBeLessThanOrEqual(0.01);
  });

  test("very many steps are judged in no time", () => {
    const many = times(200_000, (index) => 1 + index / 1e6);
    expect(processorMs(() => expect(kinds(many)).toEqual(["trend"]))).toBeLessThan(2000);
  });
});

function step(more: Partial<StepEvent>): StepEvent {
  return { event: "step", duration_s: 1, ...more };
}

describe("times of the timed steps", () => {
  test("per unit of work where every step tells it: longer batches are no slower machine", () => {
    const growing = times(33, (index) => index).map((index) =>
      step({ duration_s: 0.1 * (100 + index), tokens_padded: 100 + index, tokens_real: 10 }),
    );
    expect(found({ times: timedTimes(growing, 3) })).toEqual([]);
    expect(timedTimes(growing, 3)).toHaveLength(30);
    const lost = [...growing.slice(0, 10), step({ duration_s: 2 }), ...growing.slice(10)];
    expect(timedTimes(lost, 10)[0]).toBe(2);
  });

  test("samples and real tokens serve where there are no padded ones; a count of zero does not", () => {
    expect(timedTimes([step({ samples: 4 }), step({ samples: 2 })], 0)).toEqual([0.25, 0.5]);
    expect(timedTimes([step({ tokens_real: 4, samples: 2 })], 0)).toEqual([0.25]);
    expect(timedTimes([step({ tokens_padded: 0, samples: 2 })], 0)).toEqual([0.5]);
    expect(timedTimes([], 0)).toEqual([]);
  });
});

test("whatever a device says, the findings are valid values and the same each time", () => {
  const fact = fc.record(
    {
      temperature_c: fc.double({ noNaN: true, noDefaultInfinity: true }),
      clock_mhz: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      throttle: fc.array(fc.constantFrom("hw_slowdown", "hw_power_brake_slowdown", "sw_power_cap", "x".repeat(2000)), {
        maxLength: 32,
      }),
      pressure: fc.constantFrom("nominal", "fair", "serious", "critical", "unheard of"),
      foreign_processes: fc.nat(),
      device_busy: fc.double({ min: 0, max: 1, noNaN: true }),
      cpu_stolen: fc.double({ min: 0, max: 1, noNaN: true }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.constantFrom<Backend>("torch-cuda", "mlx-metal", "torch-cpu"),
      fc.array(fact, { maxLength: 20 }),
      fc.array(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), { maxLength: 40 }),
      fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      (backend, facts, series, usualClockMhz) => {
        const run = { backend, samples: samples(...facts), times: series, usualClockMhz, startPower: {} };
        for (const sample of run.samples) expect(eventSchema.safeParse(sample).success).toBe(true);
        const disturbed = runDisturbances(run);
        expect(runDisturbances(run)).toEqual(disturbed);
        for (const disturbance of disturbed) expect(disturbanceSchema.parse(disturbance)).toEqual(disturbance);
        expect(new Set(disturbed.map(({ kind }) => kind)).size).toBe(disturbed.length);
      },
    ),
  );
});

test("adding a disturbed sample never makes a run look calmer", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("sw_power_cap", "gpu_idle"), { maxLength: 5 }),
      fc.nat(10),
      (reasons, place) => {
        const calm = reasons.map((reason) => ({ throttle: [reason] }));
        const hot = [...calm.slice(0, place), { throttle: ["hw_thermal_slowdown"] }, ...calm.slice(place)];
        expect(found({ samples: samples(...calm) })).toEqual([]);
        expect(found({ samples: samples(...hot) })).toHaveLength(1);
      },
    ),
  );
});

/** Probes of machines that are not here. */
import type { Backend } from "../../src/core/backend.ts";
import { probeSchema, type Probe } from "../../src/core/environment.ts";

type Accelerator = Probe["accelerators"][number];

export interface ProbeFacts {
  readonly machine?: Partial<Probe["machine"]>;
  readonly accelerators?: readonly Partial<Accelerator>[];
  readonly possible?: readonly Backend[];
  /** Whose accelerator is there and cannot be used. */
  readonly faulty?: readonly Backend[];
}

const BACKENDS: readonly Backend[] = ["mlx-metal", "mlx-cuda", "mlx-cpu", "torch-cuda", "torch-mps", "torch-cpu"];

/** A Linux machine without an accelerator, changed by `facts`. */
export function probeOf(facts: ProbeFacts = {}): Probe {
  const { machine = {}, accelerators = [], possible = ["mlx-cpu", "torch-cpu"], faulty = [] } = facts;
  return probeSchema.parse({
    protocol: 1,
    machine: {
      os: "linux",
      os_release: "24.04",
      os_name: "Ubuntu 24.04.3 LTS",
      arch: "x86_64",
      model: "PowerEdge R660",
      chip: "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz",
      cores: 8,
      memory_bytes: 67_321_929_728,
      virtual: false,
      hardware_id_hash: "3f2a".padEnd(64, "0"),
      power_mode: "normal",
      ...machine,
    },
    accelerators: accelerators.map((accelerator) => ({
      kind: "nvidia",
      name: "NVIDIA H200",
      memory_bytes: null,
      cores: null,
      driver: "580.95.05",
      compute_capability: "9.0",
      ...accelerator,
    })),
    backends: BACKENDS.map((backend) => ({
      backend,
      possible: possible.includes(backend),
      accelerated: !backend.endsWith("-cpu"),
      faulty: faulty.includes(backend),
      reason: possible.includes(backend) ? null : `no ${backend} here`,
    })),
    python: { version: "3.12.8", executable: "/usr/bin/python3", implementation: "CPython" },
    tools: { uv: null, openblas: null, cxx: null },
    drift: {},
    warnings: [],
  });
}

export const m4Max: Probe = probeOf({
  machine: {
    os: "macos",
    os_release: "26.3",
    os_name: "macOS 26.3.1",
    arch: "arm64",
    model: "Mac16,5",
    chip: "Apple M4 Max",
    cores: 16,
    memory_bytes: 64 * 2 ** 30,
  },
  accelerators: [{ kind: "apple", name: "Apple M4 Max", cores: 40, driver: null, compute_capability: null }],
  possible: ["mlx-metal", "torch-mps", "mlx-cpu", "torch-cpu"],
});

export const h200: Probe = probeOf({
  accelerators: [{}],
  possible: ["mlx-cuda", "torch-cuda", "mlx-cpu", "torch-cpu"],
});

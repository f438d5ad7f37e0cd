import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/core/errors.ts";
import {
  installedSoftware,
  deviceName,
  differences,
  identity,
  machineIdentity,
  memoryText,
  runnerKey,
  softwareIdentity,
  withVariables,
} from "../../src/core/identity.ts";
import { h200, m4Max, probeOf, type ProbeFacts } from "../support/probes.ts";

const GIB = 2 ** 30;

function hashWithDriver(driver: string): string {
  return machineIdentity(probeOf({ accelerators: [{ driver }] })).hash;
}

function hashWithMemory(memory_bytes: number): string {
  return machineIdentity(probeOf({ machine: { memory_bytes } })).hash;
}

/** The key of a machine that does not tell its hardware id. */
function anonymous(machine: ProbeFacts["machine"] = {}): string {
  return runnerKey(probeOf({ machine: { hardware_id_hash: null, ...machine } }));
}

describe("machine identity", () => {
  test("holds exactly the facts that must match", () => {
    expect(machineIdentity(h200).facts).toEqual({
      model: "PowerEdge R660",
      device: "NVIDIA H200",
      memory: "64 GB",
      os: "linux",
      os_release: "24.04",
      driver_major: "580",
      power_mode: "normal",
      hardware: "3f2a".padEnd(64, "0"),
    });
  });

  test("leaves the hardware out for a pool, whose machines are then equal", () => {
    const other = probeOf({
      accelerators: [{}],
      machine: { hardware_id_hash: "b".repeat(64) },
      possible: ["torch-cuda"],
    });
    expect(machineIdentity(h200, "pool").facts).not.toHaveProperty("hardware");
    expect(machineIdentity(h200, "pool").hash).toBe(machineIdentity(other, "pool").hash);
    expect(machineIdentity(h200).hash).not.toBe(machineIdentity(other).hash);
  });

  test("ignores a patch of the driver and sees its major version", () => {
    expect(hashWithDriver("580.95.05")).toBe(hashWithDriver("580.126.09"));
    expect(hashWithDriver("580.95.05")).not.toBe(hashWithDriver("590.10.01"));
  });

  test("survives a kernel that keeps some megabytes more for itself", () => {
    expect(hashWithMemory(65_746_236 * 1024)).toBe(hashWithMemory(65_700_104 * 1024));
    expect(hashWithMemory(65_746_236 * 1024)).not.toBe(hashWithMemory(2 * 65_746_236 * 1024));
  });
});

describe("memory", () => {
  test.each([
    [64 * GIB, "64 GB"],
    [62.7 * GIB, "64 GB"],
    [15.46 * GIB, "16 GB"],
    [36 * GIB, "36 GB"],
    [503.4 * GIB, "512 GB"],
    [18 * GIB, "18 GB"],
    [7 * GIB, "7 GB"],
    [0.95 * GIB, "1 GB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(memoryText(bytes)).toBe(text);
  });

  test("is never less than what was counted, and at most a quarter more beyond 4 GiB", () => {
    fc.assert(
      fc.property(fc.double({ min: 4, max: 4096, noNaN: true }), (gib) => {
        const shown = Number(memoryText(gib * GIB).replace(" GB", ""));
        expect(shown).toBeGreaterThanOrEqual(gib);
        expect(shown).toBeLessThanOrEqual(gib * 1.25 + 1e-9);
      }),
    );
  });
});

describe("device name", () => {
  test("names the chip with its cores, boards with their number, else the processor", () => {
    expect(deviceName(m4Max)).toBe("Apple M4 Max, 40 cores");
    expect(deviceName(probeOf({ accelerators: [{}, {}] }))).toBe("2 × NVIDIA H200");
    expect(deviceName(probeOf({ accelerators: [{}, { name: "NVIDIA L4" }] }))).toBe("NVIDIA H200 + NVIDIA L4");
    expect(deviceName(probeOf())).toBe("Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz");
  });
});

describe("runner key", () => {
  test.each([
    [m4Max, "apple-m4-max-64gb-3f2a"],
    [h200, "nvidia-h200-3f2a"],
    [probeOf({ accelerators: [{}, {}] }), "2x-nvidia-h200-3f2a"],
    [probeOf(), "intel-xeon-platinum-8481c-64gb-3f2a"],
    [probeOf({ machine: { chip: "AMD EPYC 9354 32-Core Processor" } }), "amd-epyc-9354-64gb-3f2a"],
    [probeOf({ machine: { chip: "飛騰" } }), "machine-64gb-3f2a"],
  ])("is readable: %#", (probe, key) => {
    expect(runnerKey(probe)).toBe(key);
  });

  test("without a hardware id hashes model, device and memory, and nothing that changes with an update", () => {
    expect(anonymous()).toMatch(/^intel-xeon-platinum-8481c-64gb-[0-9a-f]{4}$/);
    expect(anonymous({ os_release: "26.04", power_mode: "performance" })).toBe(anonymous());
    expect(anonymous({ model: "PowerEdge R760" })).not.toBe(anonymous());
  });

  test("is always a name that stored files may have", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60, unit: "binary" }), fc.boolean(), (chip, known) => {
        const hash = known ? "a".repeat(64) : null;
        expect(runnerKey(probeOf({ machine: { chip, hardware_id_hash: hash } }))).toMatch(
          /^[a-z0-9][a-z0-9._-]{0,99}$/,
        );
      }),
    );
  });

  test("gives way to the name of a pool", () => {
    expect(runnerKey(h200, "h200-pool.1_a")).toBe("h200-pool.1_a");
  });

  test.each(["H200", "", ".hidden", "a/b", "../up", "a b", "x".repeat(101), "ä"])("refuses the pool %j", (name) => {
    expect(() => runnerKey(h200, name)).toThrow(UserError);
    expect(() => runnerKey(h200, name)).toThrow(/runner-key.*lower-case letters/s);
  });
});

const software = {
  python: "3.12.8",
  packages: {
    torch: "2.13.0",
    numpy: "2.4.6",
    tqdm: "4.70.1",
    mlx: "0.32.4",
    "mlx-metal": "0.32.4",
    Nvidia_cuBLAS: "13.1.1.3",
  },
  wheel_tags: { torch: "cp312-cp312-manylinux_2_28_x86_64", tqdm: "py3-none-any" },
  blas: "openblas 0.3.21",
};

describe("software identity", () => {
  test("holds Python's minor version, the packages that decide numbers, their wheels and the BLAS", () => {
    expect(softwareIdentity(software).facts).toEqual({
      python: "3.12",
      torch: "2.13.0",
      numpy: "2.4.6",
      mlx: "0.32.4",
      "mlx-metal": "0.32.4",
      "nvidia-cublas": "13.1.1.3",
      "torch wheel": "cp312-cp312-manylinux_2_28_x86_64",
      blas: "openblas 0.3.21",
    });
  });

  test("ignores a patch of Python and other packages, and sees a framework, a wheel and a BLAS", () => {
    const { hash } = softwareIdentity(software);
    const packages = (more: Record<string, string>) => ({ ...software, packages: { ...software.packages, ...more } });
    expect(softwareIdentity({ ...packages({ tqdm: "5.0.0" }), python: "3.12.9" }).hash).toBe(hash);
    expect(softwareIdentity({ ...software, python: "3.13.0" }).hash).not.toBe(hash);
    expect(softwareIdentity(packages({ torch: "2.14.0" })).hash).not.toBe(hash);
    expect(softwareIdentity({ ...software, wheel_tags: {} }).hash).not.toBe(hash);
    expect(softwareIdentity({ ...software, blas: "reference" }).hash).not.toBe(hash);
  });
});

describe("differences", () => {
  test("name every field, base before head, absent ones too", () => {
    const base = identity({ torch: "2.13.0", python: "3.12", blas: "mkl" });
    const head = identity({ torch: "2.14.0", python: "3.12", triton: "3.7.1" });
    expect(differences(base, head, "software")).toEqual([
      { kind: "software", field: "blas", base: "mkl", head: "none" },
      { kind: "software", field: "torch", base: "2.13.0", head: "2.14.0" },
      { kind: "software", field: "triton", base: "none", head: "3.7.1" },
    ]);
  });

  const facts = fc.dictionary(
    fc.string(),
    fc.string({ maxLength: 20 }).filter((text) => text !== "none"),
    { maxKeys: 6 },
  );

  test("are none exactly where the hashes are equal, whatever the order of the facts", () => {
    fc.assert(
      fc.property(facts, facts, (a, b) => {
        const turned = Object.fromEntries(Object.entries(a).toReversed());
        expect(identity(turned).hash).toBe(identity(a).hash);
        const same = identity(a).hash === identity(b).hash;
        expect(differences(identity(a), identity(b), "machine").length === 0).toBe(same);
      }),
    );
  });
});

test("a bump of one requirement of a user's own program is other software; its order in the list is not", () => {
  const before = installedSoftware("numpy==2.4.6\nMy_Package==1.0\n", null);
  expect(before.facts).toEqual({ numpy: "2.4.6", "my-package": "1.0" });
  expect(installedSoftware("My_Package==1.0\r\nnumpy==2.4.6", null).hash).toBe(before.hash);
  const after = installedSoftware("numpy==2.4.6\nMy_Package==1.1\n", null);
  expect(differences(before, after, "software")).toEqual([
    { kind: "software", field: "my-package", base: "1.0", head: "1.1" },
  ]);
  const reported = { python: "3.12.4", packages: { torch: "2.13.0" }, wheel_tags: {}, blas: "mkl" };
  expect(installedSoftware("numpy==2.4.6", reported).facts).toEqual({
    numpy: "2.4.6",
    torch: "2.13.0",
    python: "3.12",
    blas: "mkl",
  });
});

test("the variables that a suite sets are part of the software of a workload", () => {
  const bare = identity({ python: "3.12" });
  const ratio = withVariables(bare, { PYTORCH_MPS_HIGH_WATERMARK_RATIO: "0.8" });
  expect(ratio.facts).toEqual({ python: "3.12", "env PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.8" });
  expect(withVariables(bare, { PYTORCH_MPS_HIGH_WATERMARK_RATIO: "0.9" }).hash).not.toBe(ratio.hash);
  expect(withVariables(bare, {})).toEqual(bare);
  expect(differences(bare, ratio, "software")).toEqual([
    { kind: "software", field: "env PYTORCH_MPS_HIGH_WATERMARK_RATIO", base: "none", head: "0.8" },
  ]);
});

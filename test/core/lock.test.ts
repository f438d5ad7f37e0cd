import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Backend } from "../../src/core/backend.ts";
import type { Probe } from "../../src/core/environment.ts";
import { downloadEstimate, lockFor } from "../../src/core/lock.ts";
import { h200, m4Max, probeOf } from "../support/probes.ts";

const v100 = probeOf({
  accelerators: [{ name: "Tesla V100", compute_capability: "7.0" }],
  possible: ["torch-cuda", "torch-cpu", "mlx-cpu"],
});
const oldDriver = probeOf({
  accelerators: [{ driver: "550.127.05" }],
  possible: ["torch-cuda", "mlx-cuda", "torch-cpu", "mlx-cpu"],
});
const windows = (accelerators: Partial<Probe["accelerators"][number]>[]): Probe =>
  probeOf({
    machine: { os: "windows" },
    accelerators,
    possible: accelerators.length > 0 ? ["torch-cuda", "torch-cpu"] : ["torch-cpu"],
  });

describe("the lock of a backend", () => {
  const cases: [string, Backend, Probe, string, string | null, string | null][] = [
    ["a processor takes PyTorch's small build", "torch-cpu", probeOf(), "torch", "cpu", null],
    ["MLX on a processor", "mlx-cpu", probeOf(), "mlx-cpu", null, null],
    ["CUDA 13 is what PyPI has for Linux", "torch-cuda", h200, "torch", "pypi", "580"],
    ["torch-cpu shares what torch-cuda needs", "torch-cpu", h200, "torch", "pypi", "580"],
    ["MLX for CUDA 13", "mlx-cuda", h200, "mlx-cuda13", null, "580"],
    ["mlx-cpu never shares with mlx-cuda", "mlx-cpu", h200, "mlx-cpu", null, null],
    ["an older driver takes CUDA 12", "torch-cuda", oldDriver, "torch", "cu126", "550"],
    ["MLX for CUDA 12", "mlx-cuda", oldDriver, "mlx-cuda12", null, "550"],
    ["a board that CUDA 13 dropped takes CUDA 12", "torch-cuda", v100, "torch", "cu126", "580"],
    ["a Mac", "torch-mps", m4Max, "torch", "pypi", null],
    ["a Mac's processor", "torch-cpu", m4Max, "torch", "pypi", null],
    ["Metal", "mlx-metal", m4Max, "mlx-metal", null, null],
    ["MLX on a Mac's processor comes with Metal", "mlx-cpu", m4Max, "mlx-metal", null, null],
    ["Windows without a board", "torch-cpu", windows([]), "torch", "pypi", null],
    ["Windows with a board needs PyTorch's index", "torch-cuda", windows([{}]), "torch", "cu130", "580"],
  ];
  test.each(cases)("%s", (_, backend, probe, name, torch, driverMajor) => {
    const lock = lockFor(backend, probe);
    expect(lock).toEqual({ name, torch, driverMajor });
    const size = downloadEstimate(lock, probe.machine.os);
    expect(size.diskBytes).toBeGreaterThan(size.downloadBytes);
    expect(size.downloadBytes).toBeGreaterThan(50e6);
  });
});

const folder = path.join(import.meta.dirname, "../../harness/requirements");

function lines(name: string): string[] {
  return readFileSync(path.join(folder, `${name}.txt`), "utf8")
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "");
}

/** Package → its versions; more than one where they depend on Python's. */
function pinsOf(name: string): Map<string, string[]> {
  const pins = new Map<string, string[]>();
  for (const line of lines(name)) {
    const [dependency = "", version = ""] = line.replace(/ ;.*/, "").split("==");
    pins.set(dependency, [...(pins.get(dependency) ?? []), version]);
  }
  return pins;
}

describe("the requirements files", () => {
  test.each(["torch", "mlx-cpu", "mlx-metal", "mlx-cuda12", "mlx-cuda13", "energy", "dev"])(
    "%s pins every package once",
    (name) => {
      const names = lines(name).map((line) => /^([a-z0-9-]+)(?:\[\w+\])?==[0-9][\w.]*(?: ; .+)?$/.exec(line)?.[1]);
      expect(names).not.toContain(undefined);
      const unconditional = lines(name).filter((line) => !line.includes(";"));
      expect(new Set(unconditional.map((line) => line.split("==")[0])).size).toBe(unconditional.length);
    },
  );

  test.each(["mlx-cpu", "mlx-metal", "mlx-cuda12", "mlx-cuda13", "dev"])(
    "%s and torch agree where they meet",
    (name) => {
      const torch = pinsOf("torch");
      const shared = [...pinsOf(name)].filter(([dependency]) => torch.has(dependency));
      expect(shared.length).toBeGreaterThan(3);
      for (const [dependency, versions] of shared)
        expect([dependency, versions]).toEqual([dependency, torch.get(dependency)]);
    },
  );

  test("torch's lock leaves the CUDA wheels to the build of torch", () => {
    expect(lines("torch").filter((line) => /^(?:nvidia|cuda|triton)/.test(line))).toEqual([]);
  });
});

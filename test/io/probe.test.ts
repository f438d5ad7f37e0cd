import path from "node:path";
import { expect, test } from "vitest";
import { machineIdentity, runnerKey } from "../../src/core/identity.ts";
import { probeMachine } from "../../src/io/probe.ts";
import { findPython } from "../../src/io/python.ts";

const harness = path.join(import.meta.dirname, "../../harness");

test("this machine is probed, alike each time, with another id for another repository", async () => {
  const { executable: python } = await findPython();
  const [first, second, other] = await Promise.all(
    ["owner/name", "owner/name", "owner/other"].map((salt) => probeMachine({ python, harness, salt })),
  );
  if (first === undefined || second === undefined || other === undefined) throw new Error("no probe");
  expect(first.python.executable).toBe(python);
  expect(first.backends.filter((entry) => entry.possible)).not.toEqual([]);
  expect(machineIdentity(first)).toEqual(machineIdentity(second));
  expect(runnerKey(first)).toBe(runnerKey(second));
  const known = first.machine.hardware_id_hash !== null;
  expect(first.machine.hardware_id_hash === other.machine.hardware_id_hash).toBe(!known);
});

test("boards hidden by the runner's variables are hidden from the probe", async () => {
  const { executable: python } = await findPython();
  const env = { ...process.env, CUDA_VISIBLE_DEVICES: "" };
  const probe = await probeMachine({ python, harness, salt: "s", env });
  expect(probe.accelerators.filter((accelerator) => accelerator.kind === "nvidia")).toEqual([]);
});

test("a probe that breaks says how", async () => {
  await expect(probeMachine({ python: "/bin/false", harness, salt: "s" })).rejects.toThrow(
    "the probe of this machine ended with 1",
  );
});

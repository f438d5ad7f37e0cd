import { expect, it } from "vitest";
import { locksFor } from "../../src/core/device-locks.ts";

it.each(["torch-cpu", "mlx-cpu"] as const)("%s wants the machine alone", (backend) => {
  expect(locksFor(backend, "0")).toEqual([{ name: "machine", shared: false }]);
});

it.each(["torch-cuda", "mlx-cuda"] as const)("%s wants all boards, or those that it is given", (backend) => {
  const machine = { name: "machine", shared: true };
  expect(locksFor(backend, undefined)).toEqual([machine, { name: "accelerators", shared: false }]);
  expect(locksFor(backend, "")).toEqual([machine, { name: "accelerators", shared: false }]);
  expect(locksFor(backend, "1, 0,1")).toEqual([
    machine,
    { name: "accelerators", shared: true },
    { name: "board-0", shared: false },
    { name: "board-1", shared: false },
  ]);
});

it("boards go by the name they are given, which no file system takes for a path", () => {
  const names = locksFor("torch-cuda", "MIG-GPU-5f2/../7,GPU-8a,../../etc/passwd").map(({ name }) => name);
  expect(names.slice(2)).toEqual(["board-GPU-8a", "board-MIG-GPU-5f2____7", "board-______etc_passwd"].sort());
});

it.each(["torch-mps", "mlx-metal"] as const)("%s wants the one accelerator of a Mac", (backend) => {
  expect(locksFor(backend, "0").slice(1)).toEqual([{ name: "accelerators", shared: false }]);
});

/** The benchmark of the loops really trains with every program, and finds a loop of ours that is slowed down. */
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { developmentPython } from "../support/development-python.ts";

const script = path.join(import.meta.dirname, "..", "..", "bench", "loops.ts");

async function loops(backend: "torch-cpu" | "mlx-cpu", [rounds, steps]: number[], env: Record<string, string> = {}) {
  const framework = backend === "torch-cpu" ? "torch" : "mlx";
  const variable = `FINETUNE_BENCH_${framework.toUpperCase()}_PYTHON`;
  const args = ["--backend", backend, "--size", "tiny", "--steps", `${steps}`, "--rounds", `${rounds}`];
  return execa(process.execPath, [script, ...args], {
    env: { ...env, [variable]: await developmentPython(framework) },
    reject: false,
  });
}

/** Cells of the line of that backend beside a loop. */
function row(text: string, beside: string): string[] {
  const line = text.split("\n").find((one) => one.includes(`-cpu  ${beside}`)) ?? text;
  return line.trim().split(/ {2,}/);
}

test.skipIf(process.platform !== "linux")(
  "on torch all three train the same, and a single round proves nothing",
  async () => {
    const { stdout, stderr, exitCode } = await loops("torch-cpu", [1, 4]);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(2);
    expect(stdout).toMatch(/^Cannot tell: /);
    for (const beside of ["a bare loop", "HF Trainer"]) {
      const cells = row(stdout, beside);
      expect(cells.slice(-2), stdout).toEqual(["1 pair", "cannot tell"]);
      expect(Number(cells.at(-3)), stdout).toBeGreaterThan(0);
    }
    expect(Number(/losses equal within (\S+) nat/.exec(stdout)?.[1])).toBeLessThan(3e-5);
    expect(stdout).toMatch(/torch-cpu on .+, 1 thread, BLAS \S+.*\n {2}.*torch 2\..*transformers 5\./);
    expect(stderr).toMatch(/run 3\/3: torch-cpu, round 1: HF Trainer/);
  },
);

test.skipIf(process.platform !== "linux")("a slow-down that is planted in our loop breaks the promise", async () => {
  // On a machine where each run takes another multiple of its time: so slow, and so often, that none of that hides it. The
  // first three steps of each run do not count.
  const { stdout, stderr, exitCode } = await loops("mlx-cpu", [6, 8], { FINETUNE_BENCH_SLOWDOWN: "10" });
  expect(exitCode, `${stdout}\n${stderr}`).toBe(1);
  expect(stdout).toMatch(/^Broken: /);
  for (const beside of ["a bare loop", "mlx-lm's trainer"]) {
    const cells = row(stdout, beside);
    expect(cells.at(-1), stdout).toBe("broken");
    expect(Number(cells.at(-3)), stdout).toBeLessThan(0.5);
  }
  expect(stdout).toMatch(/mlx-cpu on .+, BLAS \S+.*\n {2}.*mlx 0\..*mlx-lm 0\./);
});

/** Events files as a harness or a program would write them. */
import type { Backend } from "../../src/core/backend.ts";
import type { ExpectedRun } from "../../src/core/outcome.ts";

export const EXPECTED: ExpectedRun & { workHash: string } = {
  benchmark: "lora.strict.tiny.torch-cpu",
  workHash: "ab".repeat(32),
  backend: "torch-cpu",
};

export function startLine(overrides: object = {}): object {
  const { benchmark, workHash, backend } = EXPECTED;
  return { event: "start", protocol: 1, benchmark, work_hash: workHash, backend, ...overrides };
}

/** A step of 0.1 s with four rows of 128 padded tokens. */
export function stepLine(index: number, overrides: object = {}): object {
  return {
    event: "step",
    index,
    phase: index < 3 ? "warmup" : "timed",
    duration_s: 0.1,
    samples: 4,
    tokens_padded: 512,
    tokens_real: 384,
    tokens_loss: 200,
    loss: 8 - index / 10,
    ...overrides,
  };
}

export function steps(count: number, overrides: (index: number) => object = () => ({})): object[] {
  return Array.from({ length: count }, (_, index) => stepLine(index, overrides(index)));
}

/** A whole run: start, 23 steps unless told otherwise, end. */
export function harnessRun(body: readonly object[] = steps(23), backend: Backend = "torch-cpu"): object[] {
  const count = body.filter((line) => "event" in line && line.event === "step").length;
  return [startLine({ backend }), ...body, { event: "end", duration_s: 4, steps: count }];
}

export function toText(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

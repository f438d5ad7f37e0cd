/** Suites that come with the program, in the form a user would write them. */
export const BUILTIN_SUITES: Readonly<Record<string, string>> = {
  "builtin:quick": `version: 1
repeats: 3
benchmarks:
  - workload: lora-alpaca-tinyllama
    preset: strict
    size: tiny
  - workload: switch-matmul
    preset: strict
    size: tiny
`,
  "builtin:tiny": `version: 1
repeats: 3
benchmarks:
  - workload: sft-dolly-qwen3
    size: tiny
  - workload: lora-alpaca-tinyllama
    size: tiny
  - workload: lm-ptb
    size: tiny
  - workload: nli-bert-tiny
    size: tiny
  - workload: convert-tinyllama
    size: tiny
  - workload: switch-matmul
    size: tiny
`,
  // What does not fit into a time budget is cut from the end: what matters most stands first.
  "builtin:real": `version: 1
repeats: 3
benchmarks:
  - workload: sft-dolly-qwen3
    preset: tuned
    size: real
  - workload: lora-alpaca-tinyllama
    size: real
  - workload: sft-dolly-qwen3
    size: real
  - workload: lm-ptb
    size: real
  - workload: nli-bert-tiny
    size: real
  - workload: convert-tinyllama
    size: real
  - workload: switch-matmul
    size: real
`,
};

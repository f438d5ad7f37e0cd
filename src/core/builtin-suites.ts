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
};

/** What errors call an input: by its name in a workflow's `with`, and by the option of the local command where it has one. */
const OPTIONS: Readonly<Record<string, string>> = {
  backends: "--backend",
  baseline: "--baseline",
  "fail-on": "--fail-on",
  python: "--python",
  "runner-key": "--runner-key",
  "time-budget": "--time-budget",
};

/** "input backends (--backend)". */
export function inputNamed(input: string): string {
  const option = OPTIONS[input];
  return option === undefined ? `input ${input}` : `input ${input} (${option})`;
}

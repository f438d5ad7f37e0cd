import { expect, test } from "vitest";
import { InstallErrors } from "../../src/io/install-errors.ts";

/** Lines as pip 23 and 26 and uv 0.13 print them. */
test.each([
  [
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    /disk is full.*FINETUNE_BENCH_CACHE/,
  ],
  ["  cause: failed to write to file: No space left on device (os error 28)", /disk is full/],
  ["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", /expected hash/],
  ["  cause: Hash mismatch for `demo==1.0`", /expected hash/],
  [
    "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'NewConnectionError'",
    /cannot be reached.*HTTPS_PROXY/,
  ],
  ["    cause: tcp connect error: Connection refused (os error 111)", /cannot be reached/],
  ["ERROR: HTTPSConnectionPool(host='pypi.org', port=443): Read timed out.", /cannot be reached/],
  ["ERROR: No matching distribution found for demo==9.9", /no package for this Python/],
  [
    "ERROR: Could not find a version that satisfies the requirement demo==1.0 (from versions: none)",
    /offers none of it/,
  ],
  ["  cause: Because there is no version of demo==7.0: No solution found", /no package for this Python/],
  ["/usr/bin/python3: No module named venv", /cannot make virtual environments/],
])("%s", (line, text) => {
  const errors = new InstallErrors();
  errors.watch("Collecting demo==1.0");
  expect(errors.cause).toBeNull();
  errors.watch(line);
  expect(errors.cause).toMatch(text);
});

test("the gravest reason is told: without a network there is no version either", () => {
  const errors = new InstallErrors();
  errors.watch("ERROR: No matching distribution found for demo==1.0");
  errors.watch("WARNING: Retrying after connection broken by 'NewConnectionError: Connection refused'");
  expect(errors.cause).toMatch(/cannot be reached/);
});

test("where no index may be asked, an index is not what to look at", () => {
  for (const env of [{ PIP_NO_INDEX: "1" }, { UV_NO_INDEX: "true" }, { UV_OFFLINE: "1" }]) {
    for (const line of [
      "(from versions: none)",
      "  cause: Because there is no version of demo==7.0: No solution found",
    ]) {
      const errors = new InstallErrors(env);
      errors.watch(line);
      expect(errors.cause).toMatch(/^no index may be asked .*PIP_FIND_LINKS/);
    }
  }
  const full = new InstallErrors({ PIP_NO_INDEX: "1" });
  full.watch("[Errno 28] No space left on device");
  expect(full.cause).toMatch(/disk is full/);
  const open = new InstallErrors({ PIP_NO_INDEX: "0" });
  open.watch("(from versions: none)");
  expect(open.cause).toMatch(/offers none of it/);
});

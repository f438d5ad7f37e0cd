import type { TestCase, Reporter } from "vitest/node";

/** Names at the end what passed only when run once more, and what went wrong before: such a test is to be mended. */
class Unsteady implements Reporter {
  readonly #found: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    const words = test.result().errors?.map(({ message, stack }) => `    ${stack ?? message}`) ?? [];
    this.#found.push(`  ${test.module.relativeModuleId} > ${test.fullName}`, ...words);
  }

  onTestRunEnd(): void {
    if (this.#found.length > 0) console.log(["Failed, and passed when run once more:", ...this.#found, ""].join("\n"));
  }
}

/**
 * The machines of CI do other work beside, and stand still at times, so there a test that fails is run once more before it
 * counts. Elsewhere the first failure counts.
 */
export const secondLook = { retry: process.env["CI"] === "true" ? 1 : 0, reporters: ["default", new Unsteady()] };

/** Finds and reads the suite: a built-in one by name, or a file of the repository. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { BUILTIN_SUITES } from "../core/builtin-suites.ts";
import { didYouMean } from "../core/did-you-mean.ts";
import { UserError } from "../core/errors.ts";
import { DEFAULT_SUITE } from "../core/suite-key.ts";
import { parseSuite } from "../core/suite-parse.ts";
import type { Suite } from "../core/suite.ts";

const FALLBACK = "builtin:quick";

/**
 * The suite that `given` names, relative to `workspace`. Null: `finetune-bench.yml` where there is one, else
 * `builtin:quick` with a note that says so. A named file that is missing is bad input.
 */
export async function loadSuite(
  given: string | null,
  workspace: string,
): Promise<{ suite: Suite; note: string | null }> {
  if (given?.startsWith("builtin:") === true) return { suite: builtin(given), note: null };
  const name = given ?? DEFAULT_SUITE;
  const file = path.resolve(workspace, name);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (given === null && isMissing(error)) {
      return { suite: builtin(FALLBACK), note: `No ${DEFAULT_SUITE} in the repository: ran ${FALLBACK}.` };
    }
    if (!isMissing(error)) throw new UserError(`suite ${JSON.stringify(name)} cannot be read`, { cause: error });
    throw new UserError(
      `suite ${JSON.stringify(name)}: there is no such file in ${workspace}; give a path from there, or one of ` +
        Object.keys(BUILTIN_SUITES).join(", "),
    );
  }
  return { suite: parseSuite(text, name), note: null };
}

function builtin(name: string): Suite {
  const text = BUILTIN_SUITES[name];
  const names = Object.keys(BUILTIN_SUITES);
  if (text === undefined)
    throw new UserError(`there is no suite ${name}; built in: ${names.join(", ")}${didYouMean(name, names)}`);
  return parseSuite(text, name);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

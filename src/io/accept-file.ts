/** Reads the accept file of the repository that is measured. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { ACCEPT_FILE, parseAccepted } from "../core/accept.ts";
import { UserError } from "../core/errors.ts";
import type { Acceptance } from "../core/result.ts";
import { systemFault } from "./system-fault.ts";

/** Entries of `finetune-bench.accept.yml` in `workspace`; none where there is no such file. A broken one is a `UserError`. */
export async function readAccepted(workspace: string): Promise<Acceptance[]> {
  let text: string;
  try {
    text = await readFile(path.join(workspace, ACCEPT_FILE), "utf8");
  } catch (error) {
    if (systemFault(error).code === "ENOENT") return [];
    throw new UserError(`${ACCEPT_FILE} cannot be read`, { cause: error });
  }
  return parseAccepted(text);
}

/** The file in which the runner leaves the payload of the event. */
import { readFile } from "node:fs/promises";
import { UserError } from "../core/errors.ts";

export async function readPayload(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new UserError(`the event at ${file} (GITHUB_EVENT_PATH) cannot be read as JSON`, { cause });
  }
}

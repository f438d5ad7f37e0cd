/** A result out of bytes that anybody may have written. */
import { faultOfContents } from "./claims.ts";
import { clip } from "./escape.ts";
import { jobResultSchema, RESULT_SCHEMA_VERSION, type JobResult } from "./result.ts";
import { parseJson } from "./stored-result.ts";

export type ReadResult =
  | { readonly result: JobResult }
  /** A sentence without a full stop. */
  | { readonly fault: string };

export function readResult(text: string): ReadResult {
  const json = parseJson(text);
  if (json === undefined) return { fault: "its result.json is not valid JSON" };
  const parsed = jobResultSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? "it" : issue.path.join(".");
    const why = `${where}: ${issue?.message ?? "is no result"}`;
    return { fault: `its result.json does not follow schema ${RESULT_SCHEMA_VERSION} (${clip(why, 200)})` };
  }
  const fault = faultOfContents(parsed.data);
  return fault === null ? { result: parsed.data } : { fault };
}

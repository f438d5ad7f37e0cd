/** What tells the suites of one repository apart in names of files, artifacts and comments. */

/** What a repository's only suite is called; everything of it goes without its name. */
export const DEFAULT_SUITE = "finetune-bench.yml";

/** Lower-case letters, digits, `.`, `_` and `-`: nothing that could end an HTML comment or lead out of a folder. */
export function suiteKeyOf(suiteName: string): string {
  const key = suiteName.toLowerCase().replace(/[^a-z0-9._]+/g, "-");
  return key.replace(/^-+|-+$/g, "").slice(0, 80) || "suite";
}

/** Put behind a name that belongs to one suite of a job: a job may measure several. */
export function suiteSuffix(suiteName: string): string {
  return suiteName === DEFAULT_SUITE ? "" : `-${suiteKeyOf(suiteName)}`;
}

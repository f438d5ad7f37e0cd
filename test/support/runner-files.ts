/** The files a step leaves for the runner: `GITHUB_OUTPUT`, `GITHUB_STATE`, `GITHUB_ENV` and the summary. */

const SUMMARY_BYTES = 1024 * 1024;

/**
 * Reads `NAME=VALUE` lines and `NAME<<DELIMITER` blocks.
 * @throws Error for anything else, as the runner fails the step.
 */
export function parseKeyValues(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split("\n");
  // A file that ends with a line break has no further line behind it.
  if (lines.at(-1) === "") lines.pop();
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? "";
    if (line === "") continue;
    const [equals, heredoc] = [line.indexOf("="), line.indexOf("<<")];
    if (heredoc !== -1 && (equals === -1 || heredoc < equals)) {
      const [name, delimiter] = [line.slice(0, heredoc), line.slice(heredoc + 2)];
      if (name === "" || delimiter === "") {
        throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`);
      }
      const end = lines.indexOf(delimiter, index + 1);
      if (end === -1) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      values[name] = lines.slice(index + 1, end).join("\n");
      index = end;
    } else if (equals > 0) {
      values[line.slice(0, equals)] = line.slice(equals + 1);
    } else {
      throw new Error(`Invalid format '${line}'`);
    }
  }
  return values;
}

/** The summary as GitHub would show it; an Error when it is too large to be shown at all. */
export function readSummary(bytes: Buffer): string | Error | null {
  if (bytes.length === 0) return null;
  if (bytes.length > SUMMARY_BYTES) {
    const kilobytes = Math.floor(bytes.length / 1024);
    return new Error(`$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of 1024k, got ${kilobytes}k.`);
  }
  return bytes.toString("utf8");
}

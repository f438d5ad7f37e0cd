/** The JSON object that a Python program printed among whatever its libraries said. */

/** From the first line that opens an object to the last that closes one; undefined where there is none. */
export function printedObject(lines: readonly string[]): unknown {
  const first = lines.findIndex((line) => line.startsWith("{"));
  const last = lines.findLastIndex((line) => line.trimEnd().endsWith("}"));
  try {
    return JSON.parse(lines.slice(first, last + 1).join("\n"));
  } catch {
    return undefined;
  }
}

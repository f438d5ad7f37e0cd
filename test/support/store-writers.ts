/** Many writers at once, each a process of its own, all let go at the same moment. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const PROGRAM = path.join(import.meta.dirname, "store-writer.ts");

export interface Place {
  readonly folder?: string;
  readonly branch?: { name: string; apiUrl: string; repository: string; token: string };
}

/**
 * Starts `count` writers of the results of minutes 0, 1, …; returns what those that failed said. `cache` is a folder for
 * compiled code, which makes sixty starts a matter of seconds.
 */
export async function writeAtOnce(count: number, place: Place, cache: string): Promise<string[]> {
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  const writers = Array.from({ length: count }, (_, minute) =>
    spawn(process.execPath, [PROGRAM, JSON.stringify({ ...place, minute })], { env, stdio: "pipe" }),
  );
  const ends = writers.map(endOf);
  const readiness = writers.map((writer) => Promise.race([once(writer.stdout, "data"), once(writer, "exit")]));
  await Promise.all(readiness);
  for (const writer of writers) writer.stdin.end("go\n");
  return (await Promise.all(ends)).filter((words) => words !== "");
}

async function endOf(writer: ChildProcess): Promise<string> {
  let words = "";
  writer.stderr?.setEncoding("utf8").on("data", (text: string) => (words += text));
  await once(writer, "close");
  return writer.exitCode === 0 ? "" : `exit status ${writer.exitCode}: ${words}`;
}

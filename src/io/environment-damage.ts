/** What an environment has lost since it was made: its packages and their files, by what each package recorded. */
import path from "node:path";
import { measuringEnvironment } from "./child-environment.ts";
import { runProcess } from "./process.ts";

export interface Examined {
  /** The environment's interpreter. */
  readonly python: string;
  /** `name==version` of every package it was made with, sorted, one a line. */
  readonly versions: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
}

const TIMEOUT_S = 120;
const DAMAGE = "damage: ";

// Sizes, not hashes: thousands of files in less than a second. A file that two packages claim may have either's size.
const QUESTION = `
import csv, importlib.metadata, os, sys
sizes, found = {}, set()
for one in importlib.metadata.distributions():
    if one.name:
        found.add("%s==%s" % (one.name.lower().replace("_", "-"), one.version))
    for file, _, size in csv.reader((one.read_text("RECORD") or "").splitlines()):
        if size:
            sizes.setdefault(os.path.normpath(one.locate_file(file)), set()).add(int(size))
print("\\n".join(sorted(found)))
for file in sorted(sizes):
    try:
        lost = None if os.stat(file).st_size in sizes[file] else "has another size"
    except OSError:
        lost = "is missing"
    if lost:
        print("${DAMAGE}%s %s" % (os.path.relpath(file, sys.prefix), lost))
        break
`;

/** In a few words, or null where everything is there. */
export async function environmentDamage({ python, versions, env, signal }: Examined): Promise<string | null> {
  const lines: string[] = [];
  const result = await runProcess({
    file: python,
    args: ["-I", "-c", QUESTION],
    cwd: path.dirname(python),
    env: measuringEnvironment(env),
    onLine: (line) => lines.push(line),
    timeoutS: TIMEOUT_S,
    ...(signal === undefined ? {} : { signal }),
  });
  signal?.throwIfAborted();
  if (result.code !== 0) return "its Python does not start";
  const file = lines.find((line) => line.startsWith(DAMAGE))?.slice(DAMAGE.length);
  if (file !== undefined) return file;
  const there = new Set(lines);
  const lost = versions.split("\n").find((line) => line !== "" && !there.has(line));
  return lost === undefined ? null : `${lost} is no longer in it`;
}

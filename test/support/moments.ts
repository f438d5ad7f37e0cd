/** A training program that notes when its run began and ended, in a file beside the locks of its machine. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";

export const NOTING_TRAINING = `
import json, os, time

def note(what):
    with open(os.path.join(os.environ["FINETUNE_BENCH_LOCK_DIR"], "moments"), "a") as file:
        file.write(json.dumps({"at": time.time(), "what": what, "events": os.environ["FINETUNE_BENCH_EVENTS"]}) + "\\n")

note("began")
time.sleep(0.3)
with open(os.environ["FINETUNE_BENCH_EVENTS"], "a") as file:
    for index in range(8):
        file.write(json.dumps({"event": "step", "index": index, "duration_s": 0.1}) + "\\n")
note("ended")
`;

const momentSchema = z.object({ at: z.number(), what: z.string(), events: z.string() });

/** What happened on the machine in the order of time, with the run that it happened to. */
export async function readMoments(locks: string): Promise<{ what: string; events: string }[]> {
  const text = await readFile(path.join(locks, "moments"), "utf8");
  const all = text
    .trim()
    .split("\n")
    .map((line) => momentSchema.parse(JSON.parse(line)));
  return all.sort((a, b) => a.at - b.at).map(({ what, events }) => ({ what, events }));
}

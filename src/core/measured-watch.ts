/** What the watcher of a measured folder saw, and of how long it saw nothing. */
import { clip } from "./escape.ts";
import { readEvents } from "./events.ts";
import type { Measured } from "./measured.ts";
import type { DeviceEvent } from "./protocol.ts";
import { formatDuration } from "./units.ts";

export interface Watched {
  /** In the order of their time. */
  readonly samples: readonly DeviceEvent[];
  /** A sentence without its full stop where a part of the measuring went unseen; else null. */
  readonly warning: string | null;
}

/** Seconds. A watcher that is busy misses some; a folder that was taken away lacks the last. */
const UNTOLD_S = 10;

/** @param text the watcher's file, `device.jsonl` */
export function watchedIn(text: string, { benchmarks, control }: Measured): Watched {
  const { events, problem } = readEvents(text);
  const samples = events.filter((event) => event.event === "device");
  const runs = [...benchmarks, ...control].flatMap((one) => one.runs);
  if (runs.length === 0) return { samples, warning: null };
  const begin = Math.min(...runs.map((run) => run.started_at_s));
  const end = Math.max(...runs.map((run) => run.started_at_s + run.duration_s));
  const unseenS = end - Math.max(begin, samples.at(-1)?.time_s ?? begin);
  if (unseenS <= UNTOLD_S) return { samples, warning: null };
  const where =
    problem === null
      ? "holds no sample of it"
      : `cannot be read from line ${problem.line} on: ${clip(problem.message, 200)}`;
  const warning = `nothing is known of the machine in the last ${formatDuration(unseenS)} of measuring: device.jsonl ${where}`;
  return { samples, warning };
}

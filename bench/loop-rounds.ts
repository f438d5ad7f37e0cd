/** Rounds of processes, one of every loop in each, until all ratios of a backend are known well enough. */
import { halfWidth, isNarrow, LOSS_GATES, lossDifference, ratioOf, type Ratio } from "./loop-ratio.ts";
import { loopsOf, type Loop, type Reading, type Track } from "./loop-programs.ts";
import { isCpu } from "../src/core/backend.ts";
import { formatSpread, formatValue } from "../src/core/units.ts";

/** Fewer are not looked at: an interval of few pairs that is narrow by luck would end the rounds. */
const LEAST_ROUNDS = 10;

/** What the loops of one backend did, one reading a round of each. */
export interface Measured {
  readonly track: Track;
  readonly ours: Reading[];
  readonly others: readonly { readonly loop: Loop; readonly readings: Reading[] }[];
}

export function ratiosOf({ ours, others }: Measured): readonly Ratio[] {
  return others.map(({ readings }) => {
    // Of a round in progress one of the two may be there.
    const pairs = Math.min(ours.length, readings.length);
    return ratioOf(stepsOf(ours).slice(0, pairs), stepsOf(readings).slice(0, pairs));
  });
}

function stepsOf(readings: readonly Reading[]): number[] {
  return readings.map(({ stepS }) => stepS);
}

export async function measureRounds(
  tracks: readonly Track[],
  most: number,
  onProcess: (done: number, due: number, label: string) => void,
  onReading: (line: string) => void,
): Promise<readonly Measured[]> {
  const all = tracks.map((track): Measured => {
    const others = loopsOf(track.backend).filter(({ program }) => program !== null);
    return { track, ours: [], others: others.map((loop) => ({ loop, readings: [] })) };
  });
  const due = most * tracks.reduce((count, { backend }) => count + loopsOf(backend).length, 0);
  let done = 0;
  for (let round = 1; round <= most; round++) {
    for (const measured of all) {
      const loops = loopsOf(measured.track.backend);
      if (round > LEAST_ROUNDS && ratiosOf(measured).every(isNarrow)) {
        done += loops.length;
        continue;
      }
      // There and back again, so that whatever drifts favours nobody.
      for (const loop of round % 2 === 1 ? loops : loops.toReversed()) {
        onProcess(done, due, labelOf(measured, loop, round));
        const reading = await measured.track.run(loop, round);
        take(measured, loop, reading);
        onReading(`${loop.name}: ${formatValue(reading.stepS, "s")} a step`);
        done += 1;
      }
    }
  }
  return all;
}

/** @throws when the loop did other work than ours: nothing that it took could be compared. */
function take({ track, ours, others }: Measured, loop: Loop, reading: Reading): void {
  const own = others.find((other) => other.loop === loop)?.readings ?? ours;
  const [first = reading] = [...ours, ...others.flatMap(({ readings }) => readings)];
  const difference = lossDifference(first.losses, reading.losses);
  const gate = LOSS_GATES[isCpu(track.backend) ? "processor" : "accelerator"];
  if (difference > gate) {
    throw new Error(
      `${track.backend}: ${loop.name} did not do the same work: its losses differ by ${difference} (${gate} is allowed)`,
    );
  }
  own.push(reading);
}

function labelOf(measured: Measured, loop: Loop, round: number): string {
  const width = Math.max(...ratiosOf(measured).map(halfWidth));
  const known = Number.isFinite(width) ? `, known to ${formatSpread(width)}` : "";
  return `${measured.track.backend}, round ${round}: ${loop.name}${known}`;
}

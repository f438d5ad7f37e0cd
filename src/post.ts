/** Entry that the runner starts after the job, whatever became of it. It never fails the job. */
import { cleanUp } from "./io/clean-up.ts";
import { afterRunning } from "./io/running-time.ts";

/** Removing a large checkout can take long, and the runner empties its folders anyway. */
const MOST_MS = 3000;

afterRunning(MOST_MS, () => process.exit());
try {
  const { processes, folders } = await cleanUp(process.env);
  if (processes + folders > 0) {
    console.log(
      `finetune-bench had no time to end by itself: ended ${processes} processes, removed ${folders} folders`,
    );
  }
} catch (error) {
  console.log(`finetune-bench could not clean up: ${error instanceof Error ? error.message : String(error)}`);
}

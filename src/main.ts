/** Entry of the action: says at once what runs, and only then loads the rest. */
import { VERSION } from "./core/version.ts";
import { stopSignal } from "./io/stop-signal.ts";

// A job can be cancelled while the program is still loading.
const stop = stopSignal();
console.log(`finetune-bench ${VERSION} (Node ${process.versions.node}, ${process.platform} ${process.arch}) starts`);
stop.onDeadline(() => {
  console.log("::error::cancelled: the seconds that a runner gives were over before everything was published");
  leave(1);
});
try {
  const { runAction } = await import("./action.ts");
  const good = await runAction(stop);
  // What was given up on the way, an upload to a silent service for example, would keep the program alive.
  leave(good ? 0 : 1);
} finally {
  stop[Symbol.dispose]();
}

/** Ends the program once its last words are written. */
function leave(status: number): void {
  process.stdout.write("", () => process.exit(status));
}

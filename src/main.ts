/** Entry of the action: says at once what runs, and only then loads the rest. */
import { VERSION } from "./core/version.ts";
import { oldNode } from "./io/node-version.ts";
import { stopSignal } from "./io/stop-signal.ts";

// A job can be cancelled while the program is still loading.
const stop = stopSignal();
console.log(`finetune-bench ${VERSION} (Node ${process.versions.node}, ${process.platform} ${process.arch}) starts`);
stop.onDeadline(() => {
  console.log("::error::cancelled: the seconds that a runner gives were over before everything was published");
  leave(1);
});
try {
  // The runner brings the right one; what only behaves like a runner may not.
  const refused = oldNode(import.meta.url);
  if (refused !== null) console.log(`::error::${refused}`);
  const good = refused === null && (await (await import("./action.ts")).runAction(stop));
  // What was given up on the way, an upload to a silent service for example, would keep the program alive.
  leave(good ? 0 : 1);
} finally {
  stop[Symbol.dispose]();
}

/** Ends the program once its last words are written. */
function leave(status: number): void {
  process.stdout.write("", () => process.exit(status));
}

/** Entry of the action: says at once what runs, and only then loads the rest. */
import { VERSION } from "./core/version.ts";
import { stopSignal } from "./io/stop-signal.ts";

// A job can be cancelled while the program is still loading.
const stop = stopSignal();
console.log(`finetune-bench ${VERSION} (Node ${process.versions.node}, ${process.platform} ${process.arch}) starts`);
try {
  const { runAction } = await import("./action.ts");
  if (!(await runAction(stop.signal))) process.exitCode = 1;
} finally {
  stop[Symbol.dispose]();
}

import { t as VERSION } from "./version.js";
import { t as oldNode } from "./node-version.js";
import { t as stopSignal } from "./stop-signal.js";
// src/main.ts
/** Entry of the action: says at once what runs, and only then loads the rest. */
const stop = stopSignal();
console.log(`finetune-bench ${VERSION} (Node ${process.versions.node}, ${process.platform} ${process.arch}) starts`);
stop.onDeadline(() => {
	console.log("::error::cancelled: the seconds that a runner gives were over before everything was published");
	leave(1);
});
try {
	const refused = oldNode(import.meta.url);
	if (refused !== null) console.log(`::error::${refused}`);
	leave(refused === null && await (await import("./action.js")).runAction(stop) ? 0 : 1);
} finally {
	stop[Symbol.dispose]();
}
/** Ends the program once its last words are written. */
function leave(status) {
	process.stdout.write("", () => process.exit(status));
}
export {};

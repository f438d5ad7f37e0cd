import { t as afterRunning } from "./running-time.js";
// src/io/stop-signal.ts
/** Ctrl-C, or a job being cancelled, as an abort signal. */
/**
* A runner sends SIGTERM 7.5 s after SIGINT and kills the whole tree 2.5 s later. What stopped the machine meanwhile is not
* counted: what was measured would be left for nothing, when the runner stood still as well.
*/
const HURRY_MS = 6200;
const DEADLINE_MS = 7e3;
/**
* Aborts on the first of the signals by which people and runners stop a program; the work in progress then ends
* its processes and writes what it has.
*/
function stopSignal() {
	const stopped = new AbortController();
	const hurry = new AbortController();
	const limits = [];
	const actions = [];
	const stop = () => {
		if (stopped.signal.aborted) return;
		stopped.abort();
		limits.push(afterRunning(HURRY_MS, () => hurry.abort()), afterRunning(DEADLINE_MS, () => actions.forEach((action) => action())));
	};
	const signals = process.platform === "win32" ? [
		"SIGINT",
		"SIGTERM",
		"SIGBREAK"
	] : ["SIGINT", "SIGTERM"];
	for (const name of signals) process.on(name, stop);
	return {
		signal: stopped.signal,
		hurry: hurry.signal,
		onDeadline: (action) => void actions.push(action),
		[Symbol.dispose]: () => {
			for (const name of signals) process.off(name, stop);
			for (const limit of limits) limit[Symbol.dispose]();
		}
	};
}
export { stopSignal as t };

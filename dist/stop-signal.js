// src/io/stop-signal.ts
/** A runner sends SIGTERM 7.5 s after SIGINT and kills the whole tree 2.5 s later. */
const HURRY_MS = 6200;
const DEADLINE_MS = 7e3;
/**
* Aborts on the first of the signals by which people and runners stop a program; the work in progress then ends
* its processes and writes what it has.
*/
function stopSignal() {
	const stopped = new AbortController();
	const hurry = new AbortController();
	const timers = [];
	const actions = [];
	const stop = () => {
		if (stopped.signal.aborted) return;
		stopped.abort();
		timers.push(setTimeout(() => hurry.abort(), HURRY_MS).unref(), setTimeout(() => actions.forEach((action) => action()), DEADLINE_MS).unref());
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
			for (const timer of timers) clearTimeout(timer);
		}
	};
}
export { stopSignal as t };

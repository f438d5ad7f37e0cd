// src/io/running-time.ts
/**
* Time in which this process ran: what others let pass while they stopped the whole machine, as hypervisors do, is left out.
* A limit for work is held against it where the work did not run meanwhile either.
*/
const TICK_MS = 20;
/** Of a tick that came late; a busy machine may keep one waiting that long. */
const LONGEST_TICK_MS = 100;
/** Calls back at every tick, and keeps no process alive. */
function startClock(onTick) {
	let ran = 0;
	let last = performance.now();
	const look = () => {
		const now = performance.now();
		ran += Math.min(now - last, LONGEST_TICK_MS);
		last = now;
		return ran;
	};
	const timer = setInterval(() => onTick(look()), TICK_MS).unref();
	return {
		ms: look,
		[Symbol.dispose]: () => clearInterval(timer)
	};
}
/** Calls back once when this process has run that long; disposing it calls it off. */
function afterRunning(ms, action) {
	const clock = startClock((ran) => {
		if (ran < ms) return;
		clock[Symbol.dispose]();
		action();
	});
	return clock;
}
export { afterRunning as t };

import { a as waitForEnd, c as readNotes, i as endMarked, l as livingProcesses, o as forgetNotes, t as SCRATCH_PREFIX, u as CHILD_MARK } from "./scratch.js";
import { t as afterRunning } from "./running-time.js";
import path from "node:path";
import { readdir, rm } from "node:fs/promises";
import { execFileSync } from "node:child_process";
// src/io/orphans.ts
/** Which of the noted processes live on, and how their whole trees are ended. */
/** `ps` tells whole seconds, and a note is written a moment after the start. */
const TOLERANCE_MS = 2e3;
/**
* Pids of notes whose process or process group is still there. A number that another process was given since then is not
* meant: neither the process itself, nor a group of which nobody is old enough.
*/
function orphansOf(notes, living) {
	return notes.filter((note) => {
		const leader = living.find(({ pid }) => pid === note.pid);
		if (leader !== void 0) return isSame(note, leader);
		return living.some((member) => member.group === note.pid && isYounger(note, member));
	}).map(({ pid }) => pid);
}
function isSame(note, { ticks, startedMs }) {
	if (note.ticks !== null && ticks !== null) return note.ticks === ticks;
	return startedMs !== null && Math.abs(startedMs - note.startedMs) <= TOLERANCE_MS;
}
/** The leader has ended; who is in its group came after it. */
function isYounger(note, { ticks, startedMs }) {
	if (note.ticks !== null && ticks !== null) return ticks >= note.ticks;
	return startedMs !== null && startedMs >= note.startedMs - TOLERANCE_MS;
}
/** Windows has neither process groups nor signals: its own program ends a process with all that it started. */
function taskkill(pid, env) {
	const windows = env["SystemRoot"] ?? env["windir"] ?? String.raw`C:\Windows`;
	return {
		file: path.win32.join(windows, "System32", "taskkill.exe"),
		args: [
			"/PID",
			String(pid),
			"/T",
			"/F"
		]
	};
}
function endTree(pid, platform = process.platform) {
	try {
		if (platform === "win32") {
			const { file, args } = taskkill(pid, process.env);
			execFileSync(file, args, {
				stdio: "ignore",
				timeout: 2e3,
				windowsHide: true
			});
		} else process.kill(-pid, "SIGKILL");
	} catch {}
}
// src/io/clean-up.ts
/** What `post` does after the job: ends the processes and removes the folders that a killed action left behind. */
/** After an action that ended by itself there is nothing to do, and nothing is asked of the system. */
async function cleanUp(env) {
	return {
		processes: await endNoted(env) + await endStrayed(env),
		folders: await removeScratch(env)
	};
}
async function endNoted(env) {
	const notes = readNotes(env);
	forgetNotes(env);
	if (notes.length === 0) return 0;
	const look = () => {
		const pids = notes.map(({ pid }) => pid);
		return orphansOf(notes, livingProcesses(pids));
	};
	const found = look();
	for (const pid of found) endTree(pid);
	if (process.platform !== "win32") await waitForEnd(() => look().length === 0);
	return found.length;
}
/**
* What a measured program started in a session of its own, and a child whose note was not yet written when the action was
* killed.
*/
async function endStrayed(env) {
	const job = env["RUNNER_TRACKING_ID"];
	if (!job) return 0;
	const marks = [`RUNNER_TRACKING_ID=${job}`, ...Object.entries(CHILD_MARK).map((entry) => entry.join("="))];
	return endMarked((all) => marks.every((mark) => all.includes(mark)));
}
async function removeScratch(env) {
	const temp = env["RUNNER_TEMP"];
	if (!temp) return 0;
	const names = (await readdir(temp)).filter((name) => name.startsWith(SCRATCH_PREFIX));
	for (const name of names) await rm(path.join(temp, name), {
		recursive: true,
		force: true,
		maxRetries: 3
	});
	return names.length;
}
// src/post.ts
/** Entry that the runner starts after the job, whatever became of it. It never fails the job. */
afterRunning(3e3, () => process.exit());
try {
	const { processes, folders } = await cleanUp(process.env);
	if (processes + folders > 0) console.log(`finetune-bench had no time to end by itself: ended ${processes} processes, removed ${folders} folders`);
} catch (error) {
	console.log(`finetune-bench could not clean up: ${error instanceof Error ? error.message : String(error)}`);
}
export {};

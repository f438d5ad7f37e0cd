import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import os from "node:os";
import { execFileSync } from "node:child_process";
// src/io/child-environment.ts
/** Needed to find programs, libraries, folders and devices; nothing that changes numbers unseen, and no secret. */
const MEASURING = [
	/^(?:PATH|HOME|LANG|LC_ALL|LC_CTYPE|TZ|TMPDIR)$/,
	/^(?:RUNNER_TRACKING_ID|CUDA_VISIBLE_DEVICES|HF_HOME)$/,
	/^FINETUNE_BENCH_/,
	/^LD_LIBRARY_PATH$/
];
/** Without these, programs on Windows do not start or do not find their folders. */
const WINDOWS = [
	/^(?:SYSTEMROOT|SYSTEMDRIVE|WINDIR|TEMP|TMP|COMSPEC|PATHEXT|OS)$/,
	/^(?:USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|ALLUSERSPROFILE)$/,
	/^(?:PROGRAMFILES|PROGRAMFILES\(X86\)|PROGRAMW6432|COMMONPROGRAMFILES|NUMBER_OF_PROCESSORS|PROCESSOR_.+)$/
];
/** Indexes, proxies, certificates and tokens: for installation and preparation only. */
const INSTALLING = [
	/^(?:PIP|UV)_/,
	/^(?:https?|all|no|ftp)_proxy$/i,
	/^(?:SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|NETRC)$/,
	/^(?:HF_TOKEN|HF_ENDPOINT|HF_HUB_OFFLINE|HF_HUB_CACHE|XDG_CACHE_HOME|XDG_CONFIG_HOME|XDG_CONFIG_DIRS)$/
];
/** These send packages past the environment that is being made, or leave some out of it. */
const NEVER_INSTALLING = /^(?:PIP_(?:USER|TARGET|PREFIX|ROOT|PYTHON|REQUIREMENT|EDITABLE|NO_DEPS|NO_DEPENDENCIES|DRY_RUN)|UV_(?:PYTHON|PROJECT.*|SYSTEM_PYTHON))$/;
/**
* A user's own program may rely on packages of the user's folder; nothing installed here may, and nothing goes there,
* whatever a pip.conf says.
*/
const OWN_FOLDER = {
	PYTHONNOUSERSITE: "1",
	PIP_USER: "0"
};
const QUIET = {
	PIP_NO_INPUT: "1",
	PIP_DISABLE_PIP_VERSION_CHECK: "1",
	UV_NO_PROGRESS: "1"
};
/** Stands in the environment of everything that is started here, so that `post` knows it on Linux. */
const CHILD_MARK = { FINETUNE_BENCH_CHILD: "1" };
/** Text of Python's programs arrives as UTF-8 and line by line. */
const PYTHON = {
	PYTHONUTF8: "1",
	PYTHONIOENCODING: "utf-8",
	PYTHONUNBUFFERED: "1"
};
/**
* The environment of a measured process. `extra` (the suite's own `env`) stands above all.
* Variable names are compared without case on Windows, where `Path` and `PATH` are one.
*/
function measuringEnvironment(parent, extra = {}, platform = process.platform) {
	return merge({
		...keep(parent, platform === "win32" ? [...MEASURING, ...WINDOWS] : MEASURING, platform),
		...CHILD_MARK,
		CUDA_DEVICE_ORDER: "PCI_BUS_ID",
		...PYTHON
	}, extra, platform);
}
/** The environment of an installation or preparation: also proxies, certificates, PIP_*, UV_* and HF_TOKEN. */
function installEnvironment(parent, extra = {}, platform = process.platform) {
	const installing = keep(parent, INSTALLING, platform);
	for (const name of Object.keys(installing)) if (NEVER_INSTALLING.test(name.toUpperCase())) delete installing[name];
	return merge({
		...measuringEnvironment(parent, {}, platform),
		...installing,
		...OWN_FOLDER,
		...QUIET
	}, extra, platform);
}
function keep(parent, allowed, platform) {
	const kept = {};
	for (const [name, value] of Object.entries(parent)) {
		const compared = platform === "win32" ? name.toUpperCase() : name;
		if (value !== void 0 && allowed.some((pattern) => pattern.test(compared))) kept[name] = value;
	}
	return kept;
}
function merge(base, extra, platform) {
	if (platform !== "win32") return {
		...base,
		...extra
	};
	const given = new Set(Object.keys(extra).map((name) => name.toUpperCase()));
	const others = Object.entries(base).filter(([name]) => !given.has(name.toUpperCase()));
	return {
		...Object.fromEntries(others),
		...extra
	};
}
// src/io/living.ts
/** Processes that live now, with what tells one from another that was given the same number later. */
const QUESTION_MS = 2e3;
/** All of them, or on Windows, where asking takes long, those of the given numbers. */
function livingProcesses(pids, platform = process.platform) {
	if (platform === "linux") return numbers("/proc").flatMap((pid) => statOf(pid) ?? []);
	if (platform !== "win32") return parsePs(ask("ps", ["-axo", "pid=,pgid=,stat=,lstart="]));
	return parseGetProcess(ask("powershell", [
		"-NoProfile",
		"-NonInteractive",
		"-Command",
		`Get-Process -Id ${pids.join(",")} -ErrorAction SilentlyContinue | ForEach-Object { "$($_.Id) $(([DateTimeOffset]$_.StartTime).ToUnixTimeMilliseconds())" }`
	]));
}
function ask(file, args) {
	return execFileSync(file, args, {
		encoding: "utf8",
		timeout: QUESTION_MS,
		env: {
			...process.env,
			LC_ALL: "C"
		}
	});
}
/** Null where the system does not tell, or the process has ended. */
function startTicks(pid) {
	return process.platform === "linux" ? statOf(pid)?.ticks ?? null : null;
}
function numbers(folder) {
	return readdirSync(folder).flatMap((name) => /^\d+$/.test(name) ? [Number(name)] : []);
}
function statOf(pid) {
	try {
		return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return null;
	}
}
/** A line of /proc/<pid>/stat; null for one that has ended and only waits for its parent to look. */
function parseStat(line) {
	const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
	const [state, , group] = fields;
	const ticks = Number(fields[19]);
	const pid = Number.parseInt(line, 10);
	if (state === "Z" || state === "X" || !Number.isFinite(ticks) || !Number.isFinite(pid)) return null;
	return {
		pid,
		group: Number(group),
		ticks,
		startedMs: null
	};
}
/** `ps -axo pid=,pgid=,stat=,lstart=` in the C locale. */
function parsePs(text) {
	return text.split("\n").flatMap((line) => {
		const [pid, group, state, ...started] = line.trim().split(/\s+/);
		const startedMs = Date.parse(started.join(" "));
		if (state === void 0 || state.startsWith("Z") || Number.isNaN(startedMs)) return [];
		return [{
			pid: Number(pid),
			group: Number(group),
			ticks: null,
			startedMs
		}];
	});
}
/** Lines of a number and a start time. */
function parseGetProcess(text) {
	return [...text.matchAll(/^(\d+) (\d+)\r?$/gm)].map(([, pid, startedMs]) => ({
		pid: Number(pid),
		group: null,
		ticks: null,
		startedMs: Number(startedMs)
	}));
}
// src/io/child-notes.ts
/** Notes of the processes in progress, kept where `post` finds them when this program was killed and cannot end them itself. */
/** In the folder that a runner empties before every job; none outside of a job, where there is no `post`. */
function folderOf(env) {
	return env["RUNNER_TEMP"] ? path.join(env["RUNNER_TEMP"], "finetune-bench-processes") : null;
}
/** Notes a child that was just started; disposing it forgets the child. Without a pid it never started. */
function noteChild(pid, env = process.env) {
	const folder = folderOf(env);
	if (folder === null || pid === void 0) return { [Symbol.dispose]() {} };
	const note = {
		pid,
		startedMs: Date.now(),
		ticks: startTicks(pid)
	};
	const file = path.join(folder, `${pid}.json`);
	try {
		if (!existsSync(folder)) mkdirSync(folder);
		writeFileSync(file, JSON.stringify(note));
	} catch {}
	return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}
/** What was in progress when this job's program ended. */
function readNotes(env) {
	const folder = folderOf(env);
	if (folder === null) return [];
	try {
		return readdirSync(folder).flatMap((name) => parseNote(readFileSync(path.join(folder, name), "utf8")));
	} catch {
		return [];
	}
}
function forgetNotes(env) {
	const folder = folderOf(env);
	if (folder !== null) rmSync(folder, {
		recursive: true,
		force: true
	});
}
/** One that was cut short by the end of its writer tells nothing. */
function parseNote(text) {
	try {
		const { pid, startedMs, ticks } = JSON.parse(text);
		return Number.isSafeInteger(pid) && pid > 1 && Number.isFinite(startedMs) ? [{
			pid,
			startedMs,
			ticks: Number.isFinite(ticks) ? ticks : null
		}] : [];
	} catch {
		return [];
	}
}
// src/io/leftovers.ts
/** Processes that a measured program left behind in a session of their own, out of reach of its process group. */
/** Ends every process that was started with `name=value` in its environment. */
async function endLeftovers(name, value) {
	const mark = `${name}=${value}`;
	await endMarked((variables) => variables.includes(mark));
}
/**
* Ends every process whose environment (`NAME=value` each) answers the question, and tells how many there were. They are
* over when this returns: the system takes a moment, and with much memory a long one, in which they would disturb what is
* measured next. Only Linux shows environments of other processes to their owner; elsewhere nothing is found, and the
* runner's own sweep after the job remains.
*/
async function endMarked(isMeant) {
	if (process.platform !== "linux") return 0;
	const ended = [];
	for (const entry of await readdir("/proc")) {
		if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
		const environment = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
		if (environment === "" || !isMeant(environment.split("\0"))) continue;
		try {
			process.kill(Number(entry), "SIGKILL");
			ended.push(Number(entry));
		} catch {}
	}
	await waitForEnd(() => ended.every((pid) => startTicks(pid) === null));
	return ended.length;
}
const LOOKS = 50;
const LOOK_MS = 20;
/** Until processes that were killed are over; about a second, counted in looks, because a stopped machine lets no time pass. */
async function waitForEnd(isOver) {
	for (let look = 0; look < LOOKS && !isOver(); look++) await setTimeout(LOOK_MS);
}
// src/io/scratch.ts
/** A temporary folder that is gone when its owner is done. */
/** By this `post` knows them, and takes no folder of somebody else's. */
const SCRATCH_PREFIX = "finetune-bench-scratch-";
async function scratchFolder() {
	const folder = await mkdtemp(path.join(process.env["RUNNER_TEMP"] || os.tmpdir(), SCRATCH_PREFIX));
	return {
		path: folder,
		[Symbol.asyncDispose]: () => rm(folder, {
			recursive: true,
			force: true,
			maxRetries: 5,
			retryDelay: 200
		})
	};
}
export { waitForEnd as a, readNotes as c, installEnvironment as d, measuringEnvironment as f, endMarked as i, livingProcesses as l, scratchFolder as n, forgetNotes as o, endLeftovers as r, noteChild as s, SCRATCH_PREFIX as t, CHILD_MARK as u };

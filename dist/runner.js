import { a as info, c as setSecret, i as getInput, l as startGroup, n as endGroup, o as notice, r as error, s as setOutput, t as debug$1, u as warning } from "./core.js";
import { r as textWithoutHome } from "./home.js";
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
// src/io/fence.ts
/** Keeps what other programs print from giving orders to the runner of GitHub Actions. */
/**
* Between here and the disposal the runner obeys no workflow command, its own program's included: open no group and
* write no annotation meanwhile. The token is fresh each time, so nothing printed inside can guess the way out.
*/
function fence(write) {
	const token = randomBytes(24).toString("hex");
	let atLineStart = true;
	let open = true;
	write(`::stop-commands::${token}\n`);
	return {
		write(text) {
			if (!open) throw new Error("the fence is closed");
			if (text === "") return;
			atLineStart = text.endsWith("\n");
			write(text);
		},
		[Symbol.dispose]() {
			if (!open) return;
			open = false;
			write(`${atLineStart ? "" : "\n"}::${token}::\n`);
		}
	};
}
/** One piece of text that the runner cannot take for a command, for lines of our own that quote foreign words. */
function harmless(text) {
	return text.replace(/^(\s*):(?=:)/gm, "$1:​").replace(/##(?=\[)/g, "#​#");
}
// src/io/runner.ts
/** The runner of GitHub Actions, as seen from the action: inputs, outputs, annotations, groups and the log. */
/** The raw text of an input of the action; an empty one counts as not given. */
const actionInput = (name) => getInput(name) || void 0;
function setOutputs(outputs) {
	for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}
/** Registers a value that the log must never show. */
function maskSecret(value) {
	if (value !== "") setSecret(value);
}
/** The runner keeps this many of each level in a step and drops the rest without a word. */
const MOST_OF_A_LEVEL = 10;
/** It also cuts each message there. */
const LONGEST_MESSAGE = 4096;
/** Call it once per job: the limit is counted per call. What is beyond it goes to the log. */
function annotate(annotations) {
	for (const level of [
		"error",
		"warning",
		"notice"
	]) {
		const all = annotations.filter((annotation) => annotation.level === level);
		const shown = all.length > MOST_OF_A_LEVEL ? all.slice(0, 9) : all;
		for (const annotation of shown) issue(annotation);
		const rest = all.slice(shown.length);
		if (rest.length > 0) issue({
			level,
			message: `${rest.length} more of this kind are in the log of this step`
		});
		for (const annotation of rest) log(`${level}: ${annotation.title ?? ""} ${annotation.message}`);
	}
}
function issue({ level, message, title, file, line }) {
	const place = {
		...title === void 0 ? {} : { title },
		...file === void 0 ? {} : { file },
		...line === void 0 ? {} : { startLine: line }
	};
	const write = {
		error,
		warning,
		notice
	}[level];
	write(cut(textWithoutHome(message, homedir())), place);
}
function cut(message) {
	return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, 4094)} …`;
}
/** A line of our own; foreign words inside it cannot become a command. */
function log(text) {
	info(harmless(textWithoutHome(text, homedir())));
}
/** Shown where somebody has switched debug logging on. */
function debug(text) {
	debug$1(harmless(text));
}
/** A foldable group of the log, closed when it is disposed. */
function openGroup(title) {
	startGroup(title.replace(/\s+/g, " "));
	return { [Symbol.dispose]: () => endGroup() };
}
export { maskSecret as a, fence as c, log as i, annotate as n, openGroup as o, debug as r, setOutputs as s, actionInput as t };

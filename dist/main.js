import { a as info, c as setOutput, d as warning, i as getInput, l as setSecret, n as endGroup, o as notice, r as error, s as setFailed, u as startGroup } from "./core.js";
import { E as openStore, En as string, G as describeFailure, H as refuseFork, J as cacheFolder, K as permissionAdvice, Mn as UserError, Nn as describeError, O as systemFault, Q as githubRemote, T as stopSignal, U as connectGitHub, V as readJobContext, Vt as leadOf, W as apiFailure, X as baseOfJob, at as renderSummary, in as codeBlock, it as renderComment, nt as VERSION, on as parseBaselineInput, q as withRetry, rt as withArtifact, sn as parseInputs, t as runPipeline, tn as plain, tt as uploadResults, wn as object } from "./pipeline.js";
import path from "node:path";
import { randomBytes } from "node:crypto";
import { appendFile, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
// src/core/comment-marker.ts
/** Lower-case letters, digits, `.`, `_` and `-`: nothing that could end the HTML comment. */
function suiteKeyOf(suiteName) {
	return suiteName.toLowerCase().replace(/[^a-z0-9._]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 80) || "suite";
}
function writeMarker({ suiteKey, runId, attempt }) {
	return `<!-- finetune-bench:${suiteKey} run ${runId}.${attempt} -->`;
}
/** The marker a comment begins with; null for every other comment, such as one that quotes ours. */
function readMarker(body) {
	const [, suiteKey, runId, attempt] = /^<!-- finetune-bench:([a-z0-9._-]+) run ([0-9]{1,20})\.([0-9]{1,9}) -->/.exec(body) ?? [];
	if (suiteKey === void 0 || runId === void 0 || attempt === void 0) return null;
	return {
		suiteKey,
		runId,
		attempt: Number(attempt)
	};
}
/** Run ids grow with time, so an old run that is started again stays older than what came after it. */
function isNewer(a, b) {
	const [runA, runB] = [BigInt(a.runId), BigInt(b.runId)];
	return runA === runB ? a.attempt > b.attempt : runA > runB;
}
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
	write(cut(message), place);
}
function cut(message) {
	return message.length <= LONGEST_MESSAGE ? message : `${message.slice(0, 4094)} …`;
}
/** A line of our own; foreign words inside it cannot become a command. */
function log(text) {
	info(harmless(text));
}
/** A foldable group of the log, closed when it is disposed. */
function openGroup(title) {
	startGroup(title.replace(/\s+/g, " "));
	return { [Symbol.dispose]: () => endGroup() };
}
// src/io/action-progress.ts
/** Progress in a workflow's log: a group per phase, a line per run, and what the runs printed behind a fence. */
/** Lines of a run shown in the log; all of them stand in its log file. */
const SHOWN_LINES = 200;
function actionProgress() {
	let group = null;
	let printed = [];
	const flush = () => {
		if (printed.length === 0) return;
		using guard = fence((text) => void process.stdout.write(text));
		for (const line of printed) guard.write(`    ${line}\n`);
		printed = [];
	};
	const end = () => {
		flush();
		group?.[Symbol.dispose]();
		group = null;
	};
	return {
		phase(title) {
			end();
			group = openGroup(title);
		},
		line(text) {
			flush();
			log(text);
		},
		output(line) {
			if (printed.length < SHOWN_LINES) printed.push(line);
			else if (printed.length === SHOWN_LINES) printed.push("… the rest is in the log file of this run");
		},
		runs(done, total, label) {
			flush();
			if (done < total) log(`${done + 1}/${total} ${label}`);
		},
		end
	};
}
// src/io/annotations.ts
/** What a report says on the page of its workflow run: the findings as annotations. */
/** The verdict first; then what could not be published or measured well. */
function annotationsOf(report, publishing) {
	const isWarning = report.gate.gate === "neutral" || leadOf(report).about === "change-point";
	return [
		{
			level: report.gate.gate === "fail" ? "error" : isWarning ? "warning" : "notice",
			title: "finetune-bench",
			message: [`${plain(report.headline)}.`, ...report.advice.map(plain)].join(" ")
		},
		...[...report.store_faults, ...publishing].map((warning) => ({
			level: "warning",
			message: warning
		})),
		...report.warnings.map((warning) => ({
			level: "notice",
			message: warning.message
		}))
	];
}
// src/io/token-login.ts
/** The login under which a token writes. */
/** The author of every comment that the token of a job writes. */
const JOB_TOKEN_LOGIN = "github-actions[bot]";
const viewerSchema = object({ viewer: object({ login: string() }) });
/**
* Who this token writes as, where comments by `apps` might be its own. Tokens of apps, the job's own among them, may not
* ask `GET /user`.
*/
async function loginOf({ octokit }, apps) {
	try {
		const { data } = await withRetry(() => octokit.rest.users.getAuthenticated());
		return data.login;
	} catch (error) {
		const { status, waitS } = apiFailure(error);
		if (status !== 403 && status !== 404 || waitS !== null) throw error;
	}
	if (apps.every((login) => login === JOB_TOKEN_LOGIN)) return JOB_TOKEN_LOGIN;
	try {
		const viewer = viewerSchema.safeParse(await withRetry(() => octokit.graphql("query { viewer { login } }")));
		return viewer.success ? viewer.data.viewer.login : JOB_TOKEN_LOGIN;
	} catch (error) {
		apiFailure(error);
		return JOB_TOKEN_LOGIN;
	}
}
const MAX_COMMENT_BYTES = 262144;
const MOST_LOOKS = 4;
async function publishComment(api, request) {
	try {
		return await publish$1(api, request);
	} catch (error) {
		return {
			state: "failed",
			warning: explain(apiFailure(error), request.pullRequest)
		};
	}
}
async function publish$1(api, request) {
	const text = textOf(request);
	const marked = await findMarked(api, request);
	const author = marked.length === 0 ? null : await loginOf(api, marked.filter((comment) => comment.isBot).map((comment) => comment.author));
	const ours = marked.filter((comment) => comment.author === author);
	if (ours.length > 0) {
		const outcome = await settle(api, {
			ours,
			text,
			marker: request.marker
		});
		if (outcome !== null) return outcome;
	}
	if (request.onlyUpdate === true) return { state: "none" };
	return settleRivals(api, {
		request,
		text,
		created: await create(api, request.pullRequest, text)
	});
}
/**
* Another job may have created a comment at the same time. GitHub knows no "update if unchanged", so a job that met a
* rival looks again a moment later, until it finds one comment that is not older than its own.
*/
async function settleRivals(api, { request, text, created }) {
	const { marker } = request;
	let outcome = {
		state: "created",
		url: created.url
	};
	for (let look = 0; look < MOST_LOOKS; look++) {
		if (look > 0) await setTimeout(500 + 1e3 * Math.random());
		const ours = (await findMarked(api, request)).filter((comment) => comment.author === created.author);
		if (ours.length <= 1 && !ours.some((comment) => isNewer(marker, comment.marker))) return outcome;
		outcome = await settle(api, {
			ours,
			text,
			marker
		}) ?? outcome;
	}
	return outcome;
}
/**
* Leaves one comment of ours, the oldest, with the newest text. All jobs keep the same one, so that two that settle at
* the same time never delete each other's. Null when the one to keep has just been deleted by somebody.
*/
async function settle(api, { ours, text, marker }) {
	const [kept, ...others] = ours.toSorted((a, b) => a.id - b.id);
	if (kept === void 0) return null;
	const newer = ours.find((comment) => isNewer(comment.marker, marker));
	if (newer === void 0 && !await update(api, kept.id, text)) return null;
	for (const other of others) if (!isNewer(other.marker, marker)) await remove(api, other.id);
	return newer === void 0 ? {
		state: "updated",
		url: kept.url
	} : {
		state: "kept-newer",
		url: newer.url
	};
}
async function findMarked({ octokit, owner, repo }, request) {
	const found = [];
	for (let page = 1;; page++) {
		const query = {
			owner,
			repo,
			issue_number: request.pullRequest,
			per_page: 100,
			page
		};
		const { data } = await withRetry(() => octokit.rest.issues.listComments(query));
		for (const { id, html_url, user, body } of data) {
			const marker = readMarker(body ?? "");
			if (marker === null || marker.suiteKey !== request.marker.suiteKey || user === null) continue;
			found.push({
				id,
				url: html_url,
				author: user.login,
				isBot: user.type === "Bot",
				marker
			});
		}
		if (data.length < query.per_page) return found;
	}
}
async function create({ octokit, owner, repo }, pullRequest, body) {
	const { data } = await withRetry(() => octokit.rest.issues.createComment({
		owner,
		repo,
		issue_number: pullRequest,
		body
	}));
	return {
		url: data.html_url,
		author: data.user?.login ?? null
	};
}
/** False when the comment is gone. */
async function update({ octokit, owner, repo }, id, body) {
	return unlessGone(() => octokit.rest.issues.updateComment({
		owner,
		repo,
		comment_id: id,
		body
	}));
}
async function remove({ octokit, owner, repo }, id) {
	return unlessGone(() => octokit.rest.issues.deleteComment({
		owner,
		repo,
		comment_id: id
	}));
}
async function unlessGone(request) {
	try {
		await withRetry(request);
		return true;
	} catch (error) {
		if (apiFailure(error).status === 404) return false;
		throw error;
	}
}
/** The marked body, or its first paragraphs and the place of the rest: never a table cut in two. */
function textOf({ marker, body, fullReportUrl }) {
	const whole = `${writeMarker(marker)}\n${body}`;
	if (fits(whole)) return whole;
	const note = `The report is longer than a comment may be; the whole of it is in ${fullReportUrl === null ? "the summary of the job" : `[the job](${fullReportUrl})`}.`;
	const blocks = [];
	for (const block of body.split(/\n{2,}/)) {
		if (/^\s*(\||<|```|~~~)/.test(block) || !fits([
			...blocks,
			block,
			whole.slice(0, 400),
			note
		].join("\n\n"))) break;
		blocks.push(block);
	}
	return `${writeMarker(marker)}\n${[...blocks, note].join("\n\n")}\n`;
}
function fits(text) {
	return text.length <= 65536 && Buffer.byteLength(text) <= MAX_COMMENT_BYTES;
}
function explain(failure, pullRequest) {
	const what = `the report could not be posted on pull request #${pullRequest}: ${describeFailure(failure)}.`;
	if (failure.status === 401) return `${what} The token is not valid; check the input token.`;
	if (!((failure.status === 403 || failure.status === 404) && failure.waitS === null) || /locked/i.test(failure.message)) return `${what} The same report is in the job summary.`;
	return `${what} The same report is in the job summary. The token lacks pull-requests: write (for a pull request from a fork GitHub never grants it). ${permissionAdvice({
		contents: "read",
		"pull-requests": "write"
	})}`;
}
/** Appends to the summary; the answer is a warning, or null when everything was written. */
async function writeSummary({ markdown, file, fullReportUrl }) {
	if (file === void 0 || file === "") return "there is no job summary: this runner sets no GITHUB_STEP_SUMMARY. The report is in the artifact.";
	try {
		const written = (await stat(file)).size;
		const text = `${markdown.trimEnd()}\n`;
		if (written + Buffer.byteLength(text) <= 1048576) {
			await appendFile(file, text);
			return null;
		}
		const place = fullReportUrl === null ? "report.md of the results folder" : `[the artifact](${fullReportUrl})`;
		const note = `${/^#{1,6} .{1,300}$/m.exec(markdown)?.[0] ?? "### finetune-bench"}\n\nThe report is larger than a job summary may be (1 MiB); the whole of it is in ${place}.\n`;
		if (written + Buffer.byteLength(note) <= 1048576) await appendFile(file, note);
		return `the report did not fit into the job summary (1 MiB a step); the whole of it is in ${place}.`;
	} catch (error) {
		return `the job summary could not be written: ${systemFault(error).message}`;
	}
}
// src/io/action-host.ts
/** The world of the action: a workflow job, its log, its token, and the history on a branch. */
async function actionHost(inputs, options) {
	maskSecret(options.token);
	const { env } = process;
	const workspace = env["GITHUB_WORKSPACE"] ?? process.cwd();
	const context = await readJobContext({
		env,
		cwd: workspace
	});
	refuseFork(context, inputs.allowForks);
	const { serverUrl, apiUrl, defaultBranch } = context;
	const api = await connectGitHub({
		token: options.token,
		repository: context.job.repository,
		apiUrl,
		serverUrl
	});
	const remote = githubRemote({
		serverUrl,
		repository: context.job.repository,
		token: options.token,
		env
	});
	const scratch = env["RUNNER_TEMP"] ?? path.join(workspace, ".finetune-bench");
	return {
		context,
		version: VERSION,
		workspace,
		resultsRoot: path.join(scratch, "finetune-bench"),
		cache: cacheFolder(env),
		harness: options.harness,
		env,
		store: openStore(parseBaselineInput(inputs.baseline), {
			cwd: workspace,
			api,
			defaultBranch
		}),
		record: context.isDefaultBranch,
		repeats: null,
		base: () => baseOfJob(context, workspace, remote),
		remote,
		confirmBudgetS: Number.POSITIVE_INFINITY,
		progress: actionProgress(),
		signal: options.signal,
		publish: (report, folder) => publish(report, {
			folder,
			api,
			context,
			inputs
		})
	};
}
/** Artifact first, so that everything after it can point to it. What fails is a warning, and the rest goes on. */
async function publish(judged, { folder, api, context, inputs }) {
	const warnings = [...context.warnings];
	const runUrl = `${context.serverUrl}/${context.job.repository}/actions/runs/${context.job.run_id}`;
	const upload = await uploadResults({
		folder: folder.path,
		name: folder.name,
		runUrl
	});
	if (!upload.uploaded) warnings.push(upload.warning);
	const report = upload.uploaded ? withArtifact(judged, upload.url) : judged;
	const fullReportUrl = report.links.artifact_url ?? context.job.run_url;
	const comment = await comments(report, {
		api,
		context,
		inputs,
		fullReportUrl
	});
	if (comment.warning !== null) warnings.push(comment.warning);
	const file = process.env["GITHUB_STEP_SUMMARY"];
	const summary = await writeSummary({
		markdown: [renderSummary(report), ...warnings.map((warning) => `⚠️ Not everything was published:\n\n${codeBlock(warning)}`)].join("\n\n"),
		file,
		fullReportUrl
	});
	if (summary !== null) warnings.push(summary);
	annotate(annotationsOf(report, warnings));
	setOutputs({
		verdict: report.gate.verdict,
		gate: report.gate.gate,
		"runner-key": report.runner_key,
		"baseline-saved": report.recorded === "yes",
		"results-path": folder.path,
		"artifact-url": report.links.artifact_url ?? "",
		"comment-url": comment.url
	});
	return report;
}
async function comments(report, { api, context, inputs, fullReportUrl }) {
	const pullRequest = context.commentOn;
	if (pullRequest === null || inputs.comment === "never") return {
		url: "",
		warning: null
	};
	const outcome = await publishComment(api, {
		pullRequest,
		marker: {
			suiteKey: suiteKeyOf(report.suite.name),
			runId: context.job.run_id,
			attempt: context.job.attempt
		},
		body: renderComment(report),
		fullReportUrl,
		onlyUpdate: inputs.comment === "on-change" && report.gate.verdict === "no-change" && leadOf(report).about === "verdict"
	});
	if (outcome.state === "failed") return {
		url: "",
		warning: outcome.warning
	};
	return {
		url: outcome.state === "none" ? "" : outcome.url,
		warning: null
	};
}
// src/main.ts
/** Entry of the action. */
const stop = stopSignal();
try {
	const inputs = parseInputs(actionInput);
	const host = await actionHost(inputs, {
		harness: path.join(import.meta.dirname, "..", "harness"),
		token: actionInput("token") ?? "",
		signal: stop.signal
	});
	const { report } = await runPipeline(inputs, host);
	if (stop.signal.aborted) setFailed("cancelled: the results so far are in the artifact");
	else if (report.gate.gate === "fail") setFailed(`gate failed: ${report.gate.reason}`);
} catch (error) {
	if (stop.signal.aborted) setFailed("cancelled");
	else if (error instanceof UserError) setFailed(describeError(error));
	else {
		setFailed(`finetune-bench met a bug: ${describeError(error)}`);
		console.error(error);
	}
} finally {
	stop[Symbol.dispose]();
}
export {};

import { G as string, P as array, Q as describeError, V as object, Z as UserError, _ as codeBlock, b as link$1, d as permissionAdvice, f as withRetry, l as apiFailure, o as answerWithin, r as textWithoutHome, s as connectGitHub, u as describeFailure, v as codeSpan, x as terminalText } from "./home.js";
import { $n as githubRemote, An as sinceOf, At as fitting, Dn as canonicalJson, Et as withArtifact, Ft as warningsOf$1, Gt as bullets, Hn as counted, In as listed, J as parseBaselineInput, Kt as drawSentence, Mt as renderSummary, Nn as benchmarkName, On as sha256Hex, Ot as DEFAULT_SUITE, Pn as changeInWords, Rn as plain, Tt as systemFault, Ut as SIZE_COLUMN, W as openStore, Wt as movedRows, X as downloadResult, Xt as ACCEPT_FILE, Yn as cacheFolder, Z as listResults, Zn as baseOfJob, an as sidesOf, cn as leadOf, ct as faultOfClaims, dt as isOwn$1, et as headOfPull, ft as isRecorded, in as metricWords, jt as renderComment, kn as rangeOf, kt as suiteKeyOf, lt as faultOfCommit, n as runPipeline, nn as changeOf, nr as isAccepted, nt as pullRequestOf, on as verdictOf, q as readJobContext, qt as table, rr as VERDICTS, rt as readRun, sn as sparkline, st as readResult, t as runReportLine, tn as isAllClear, tr as parseInputs, tt as parentsOf, ut as withTrustedFacts, wt as reportName, zn as say } from "./report-line.js";
import { t as VERSION } from "./version.js";
import { a as maskSecret, c as fence, i as log, n as annotate, o as openGroup, r as debug, s as setOutputs, t as actionInput } from "./runner.js";
import path from "node:path";
import { inspect } from "node:util";
import { setTimeout } from "node:timers/promises";
import { appendFile, readdir, stat } from "node:fs/promises";
import { homedir } from "node:os";
// src/core/check-run.ts
/** The report as a check run of the commit: what GitHub is to be told, within its limits. */
/** Of a title, characters. */
const LONGEST_TITLE = 255;
/** GitHub takes 65,535 characters of a summary; bytes are never fewer. */
const SUMMARY_BYTES = 65e3;
/** Of one request; more are added by further requests. */
const BATCH = 50;
/** The worst findings, four requests of them: the summary has all. */
const MOST_ANNOTATIONS = 200;
/** Of a message, characters: far below the 64 kB that GitHub takes. */
const LONGEST_MESSAGE = 4e3;
const CONCLUSIONS$1 = {
	pass: "success",
	fail: "failure",
	neutral: "neutral"
};
/** What one suite is called that is not the usual file. */
function checkNameOf(suite) {
	return suite === "finetune-bench.yml" ? "finetune-bench" : `finetune-bench (${terminalText(suite, 100)})`;
}
function checkRunOf(joint) {
	const suite = joint.reports[0]?.suite.name ?? "finetune-bench.yml";
	const all = [
		...missingIn(joint),
		...faultsOf(joint),
		...movedRows(joint).map((row) => findingOf(row, joint))
	];
	const place = {
		path: pathOf(suite),
		start_line: 1,
		end_line: 1
	};
	const annotations = all.slice(0, MOST_ANNOTATIONS).map((annotation) => ({
		...place,
		...annotation
	}));
	return {
		name: checkNameOf(suite),
		conclusion: CONCLUSIONS$1[joint.gate.gate],
		title: terminalText(plain(joint.headline), LONGEST_TITLE),
		summary: fitting(joint, SUMMARY_BYTES),
		annotations: batches(annotations)
	};
}
/** A built-in suite is no file: what is said of it stands at the file that would replace it. */
function pathOf(suite) {
	const path = suite.replaceAll("\\", "/").replace(/^(\.\/)+/, "");
	return /^(builtin:|\/|[a-z]:|\.\.)/i.test(path) ? DEFAULT_SUITE : terminalText(path, 500);
}
function missingIn({ missing, gate }) {
	return missing.map(({ name, reason }) => ({
		annotation_level: gate.gate === "fail" ? "failure" : "warning",
		title: terminalText(`No result of ${name}`, LONGEST_TITLE),
		message: terminalText(reason ?? "the log of the run says what became of its job", LONGEST_MESSAGE)
	}));
}
function faultsOf({ reports }) {
	return [...new Set(reports.flatMap(({ store_faults }) => store_faults))].map((fault) => ({
		annotation_level: "warning",
		title: "The history could not be read or stored",
		message: terminalText(fault, LONGEST_MESSAGE)
	}));
}
function findingOf({ comparison, report }, joint) {
	const { base, head } = sidesOf(comparison);
	const { size, sense, interval } = changeOf(comparison);
	const measured = [[base.value, head.value].filter((value) => value !== "").join(" → "), [
		size,
		sense,
		interval === "" ? "" : `(${interval})`
	].filter((part) => part !== "").join(" ")].filter((part) => part !== "").join(", ");
	const metric = plain(metricWords(comparison.metric));
	const what = metric === "" || measured === "" ? metric + measured : `${metric}: ${measured}`;
	return {
		annotation_level: levelOf({
			comparison,
			report
		}, joint),
		title: terminalText(`${plain(benchmarkName(comparison))} on ${report.runner_key}`, LONGEST_TITLE),
		message: terminalText([plain(verdictOf(comparison, report)), what].filter((part) => part !== "").join(" · "), LONGEST_MESSAGE)
	};
}
/** Nothing is a failure while the gate passes. */
function levelOf({ comparison }, { gate }) {
	if (isAccepted(comparison)) return "notice";
	switch (comparison.verdict) {
		case "failed": return gate.gate === "fail" ? "failure" : "warning";
		case "regression": return gate.gate === "fail" && !comparison.unconfirmed ? "failure" : "warning";
		case "incomparable":
		case "inconclusive": return "warning";
		case "no-baseline":
		case "improvement":
		case "no-change": return "notice";
	}
}
function batches(annotations) {
	const count = Math.ceil(annotations.length / BATCH);
	return Array.from({ length: count }, (_, index) => annotations.slice(index * BATCH, (index + 1) * BATCH));
}
// src/io/annotations.ts
/** The verdict first, then what else is to be said of single runners; then what could not be published or measured well. */
function annotationsOf(joint, publishing) {
	const { gate, headline, advice, beside, reports } = joint;
	const isWarning = gate.gate === "neutral" || reports.some((report) => leadOf(report).about === "change-point");
	const level = gate.gate === "fail" ? "error" : isWarning ? "warning" : "notice";
	const message = [`${plain(headline)}.`, ...advice.map(plain)].join(" ");
	const faults = /* @__PURE__ */ new Set([...reports.flatMap(({ store_faults }) => store_faults), ...publishing]);
	return [
		{
			level,
			title: "finetune-bench",
			message
		},
		...beside.map(({ runner_keys: keys, sentences }) => ({
			level: "notice",
			title: `finetune-bench on ${plain(listed(keys))}`,
			message: sentences.map(plain).join(" ")
		})),
		...[...faults].map((warning) => ({
			level: "warning",
			message: warning
		})),
		...warningsOf$1(joint).map((warning) => ({
			level: "notice",
			message: warning.message
		}))
	];
}
// src/io/artifacts.ts
/** Uploads the results folder as an artifact of the workflow run. */
/** Each may take a name that nothing can be stored under any more. */
const ATTEMPTS = 3;
const WAIT_S = 2;
/** The client is loaded only here: it is the largest part of the program, and most commands never need it. */
async function uploadResults(request) {
	const { folder, name, runUrl, withinS = 600 } = request;
	const files = await filesOf(folder);
	if (files.length === 0) return {
		uploaded: false,
		warning: `no artifact: ${folder} holds no file`
	};
	const { DefaultArtifactClient } = await import("./artifact.js");
	const client = new DefaultArtifactClient();
	const clock = new AbortController();
	try {
		const late = setTimeout(withinS * 1e3, void 0, { signal: clock.signal }).then(() => {
			throw new Error(`it took longer than ${withinS} s`);
		});
		const id = await Promise.race([uploadOnce(client, {
			name,
			files,
			folder
		}), late]);
		return {
			uploaded: true,
			url: `${runUrl.replace(/\/attempts\/\d+$/, "")}/artifacts/${id}`
		};
	} catch (error) {
		return {
			uploaded: false,
			warning: `the artifact ${name} was not uploaded: ${explain$2(error)}`
		};
	} finally {
		clock.abort();
	}
}
/**
* Uploads under `name`, or under `name-2` where the name is taken: by another job of this run, or by an attempt of ours
* whose answer was lost. Resolves to the id of the artifact. The client repeats what failed with 5xx, not a lost connection.
*/
async function uploadOnce(client, { name, files, folder }) {
	let wanted = name;
	let names = 1;
	for (let attempt = 1;; attempt++) try {
		const { id } = await client.uploadArtifact(wanted, files, folder);
		if (id === void 0) throw new Error("it was uploaded without an id");
		return id;
	} catch (error) {
		const message = describeError(error);
		const unfinished = message.includes("FinalizeArtifact");
		const finished = unfinished ? await idOf(client, wanted) : null;
		if (finished !== null) return finished;
		const taken = /\b409\b/.test(message);
		if (attempt >= ATTEMPTS || !(taken || /Unable to make request/.test(message))) throw error;
		if (taken || unfinished) wanted = `${name}-${names += 1}`;
		if (!taken) await setTimeout(WAIT_S * 1e3);
	}
}
async function idOf(client, name) {
	try {
		return (await client.getArtifact(name)).artifact.id;
	} catch {
		return null;
	}
}
function explain$2(error) {
	const message = describeError(error);
	if (error instanceof Error && error.name === "GHESNotSupportedError") return "GitHub Enterprise Server has no artifacts of this kind. Copy the results folder with a step of your own (output results-path).";
	const place = "The results folder is on the runner until the job ends (output results-path)";
	if (/ACTIONS_RUNTIME_TOKEN|ACTIONS_RESULTS_URL/.test(message)) return `${message}; artifacts exist only inside a workflow run.`;
	if (/\b409\b/.test(message)) return `${message}. Other jobs of this run uploaded that name: give the jobs different runner keys. ${place}.`;
	return `${message.replace(/\s+/g, " ")}. ${place}.`;
}
/** Plain files only: what was measured is foreign code, and a link it left behind could point at anything. */
async function filesOf(folder) {
	return (await readdir(folder, {
		recursive: true,
		withFileTypes: true
	})).filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name)).sort();
}
// src/core/comment-marker.ts
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
// src/io/check-run.ts
const CONCLUSIONS = [
	"success",
	"failure",
	"neutral"
];
async function publishCheckRun(api, request) {
	try {
		const [shown, ...others] = await findOwn(api, request);
		if (shown === void 0) return await create$1(api, request);
		const newer = [shown, ...others].find(({ marker }) => isNewer(marker, request.marker));
		return newer === void 0 ? await update$1(api, request, shown) : {
			state: "kept-newer",
			url: newer.url
		};
	} catch (error) {
		const failure = apiFailure(error);
		if ((failure.status === 403 || failure.status === 404) && failure.waitS === null) return { state: "not-allowed" };
		return {
			state: "failed",
			warning: `the check run could not be written: ${describeFailure(failure)}`
		};
	}
}
/** Those that carry our mark, the one that GitHub shows first; jobs and other programs may have taken the same name. */
async function findOwn(api, { headSha, drawing, marker }) {
	const { octokit, owner, repo } = api;
	const query = {
		owner,
		repo,
		ref: headSha,
		check_name: drawing.name,
		filter: "all",
		per_page: 100
	};
	const { data } = await withRetry(() => octokit.rest.checks.listForRef(query));
	return data.check_runs.flatMap((run) => {
		const known = readMarker(run.external_id ?? "");
		if (known === null || known.suiteKey !== marker.suiteKey) return [];
		const { title, summary, annotations_count: annotations } = run.output;
		const said = {
			conclusion: CONCLUSIONS.find((word) => word === run.conclusion) ?? "neutral",
			title: title ?? "",
			summary: summary ?? ""
		};
		return [{
			id: run.id,
			url: run.html_url ?? "",
			annotations,
			marker: known,
			said
		}];
	}).toSorted((a, b) => b.id - a.id);
}
async function create$1(api, request) {
	const { octokit, owner, repo } = api;
	const [first = [], ...rest] = request.drawing.annotations;
	const fields = {
		...fieldsOf(request, first),
		head_sha: request.headSha
	};
	const { data } = await withRetry(() => octokit.rest.checks.create({
		owner,
		repo,
		...fields
	}));
	await add(api, data.id, request, rest);
	const created = {
		state: "created",
		url: data.html_url ?? ""
	};
	await settle$1(api, request);
	return created;
}
/**
* None can be taken away again. Where several runs made one at the same time, the one that GitHub shows gets what the
* newest run says.
*/
async function settle$1(api, request) {
	const own = await findOwn(api, request);
	const [shown] = own;
	const newest = own.toSorted((a, b) => Number(isNewer(b.marker, a.marker)) - Number(isNewer(a.marker, b.marker)))[0];
	if (shown === void 0 || newest === void 0 || newest === shown) return;
	const { marker, said } = newest;
	await update$1(api, {
		...request,
		marker,
		drawing: {
			...request.drawing,
			...said,
			annotations: []
		}
	}, shown);
}
async function update$1(api, request, found) {
	const { octokit, owner, repo } = api;
	const [first = [], ...rest] = found.annotations === 0 ? request.drawing.annotations : [];
	const fields = {
		...fieldsOf(request, first),
		check_run_id: found.id
	};
	const { data } = await withRetry(() => octokit.rest.checks.update({
		owner,
		repo,
		...fields
	}));
	await add(api, data.id, request, rest);
	return {
		state: "updated",
		url: data.html_url ?? ""
	};
}
/** The annotations that one request has no room for. */
async function add({ octokit, owner, repo }, id, request, batches) {
	for (const batch of batches) {
		const fields = {
			...fieldsOf(request, batch),
			check_run_id: id
		};
		await withRetry(() => octokit.rest.checks.update({
			owner,
			repo,
			...fields
		}));
	}
}
function fieldsOf({ drawing, marker, detailsUrl }, annotations) {
	const { name, conclusion, title, summary } = drawing;
	return {
		name,
		external_id: writeMarker(marker),
		...detailsUrl === null ? {} : { details_url: detailsUrl },
		status: "completed",
		conclusion,
		output: {
			title,
			summary,
			...annotations.length === 0 ? {} : { annotations: [...annotations] }
		}
	};
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
		return await publish(api, request);
	} catch (error) {
		return {
			state: "failed",
			warning: explain$1(apiFailure(error), request.pullRequest)
		};
	}
}
async function publish(api, request) {
	const text = textOf(request);
	const marked = await findMarked$1(api, request);
	const author = marked.length === 0 ? null : await ownLogin(api, marked);
	const ours = marked.filter((comment) => comment.author === author);
	if (ours.length > 0) {
		const outcome = await settle(api, {
			ours,
			text,
			marker: request.marker
		});
		if (outcome?.state === "updated") return settleRivals(api, {
			request,
			text,
			written: outcome,
			author
		});
		if (outcome !== null) return outcome;
	}
	if (request.onlyUpdate === true) return { state: "none" };
	const { url, author: login } = await create(api, request, text);
	return settleRivals(api, {
		request,
		text,
		written: {
			state: "created",
			url
		},
		author: login
	});
}
/**
* Another job may have created a comment at the same time, or an older one overwritten ours a moment after. GitHub knows
* no "update if unchanged", so a job that met a rival looks again a moment later, until it finds one comment that is not
* older than its own.
*/
async function settleRivals(api, { request, text, written, author }) {
	const { marker } = request;
	let outcome = written;
	for (let look = 0; look < MOST_LOOKS; look++) {
		if (look > 0 || written.state === "updated") await setTimeout(500 + 1e3 * Math.random());
		const ours = (await findMarked$1(api, request)).filter((comment) => comment.author === author);
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
/**
* The suites whose comments of ours stand on a pull request; {@link NO_SUITE} alone where there are none. Where nothing is
* known of this run, all of them are out of date.
*/
async function suiteKeysOn(api, pullRequest) {
	try {
		const marked = await findAll(api, pullRequest);
		const author = marked.length === 0 ? null : await ownLogin(api, marked);
		const keys = new Set(marked.flatMap((comment) => comment.author === author ? [comment.marker.suiteKey] : []));
		if (keys.size > 1) keys.delete("-");
		return keys.size === 0 ? ["-"] : [...keys];
	} catch (error) {
		apiFailure(error);
		return ["-"];
	}
}
/** Those of the suite, and what an earlier run said of no suite. */
async function findMarked$1(api, { pullRequest, marker }) {
	return (await findAll(api, pullRequest)).filter(({ marker: { suiteKey } }) => suiteKey === marker.suiteKey || suiteKey === "-");
}
async function findAll({ octokit, owner, repo }, pullRequest) {
	const found = [];
	for (let page = 1;; page++) {
		const query = {
			owner,
			repo,
			issue_number: pullRequest,
			per_page: 100,
			page
		};
		const { data } = await withRetry(() => octokit.rest.issues.listComments(query));
		for (const { id, html_url, user, body } of data) {
			const marker = readMarker(body ?? "");
			if (marker === null || user === null) continue;
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
async function create(api, request, body) {
	const { octokit, owner, repo } = api;
	return withRetry(async (attempt) => {
		const written = attempt === 1 ? void 0 : await findWritten(api, request);
		if (written !== void 0) return written;
		const { data } = await octokit.rest.issues.createComment({
			owner,
			repo,
			issue_number: request.pullRequest,
			body
		});
		return {
			url: data.html_url,
			author: data.user?.login ?? null
		};
	});
}
/** The comment that this very job has written. */
async function findWritten(api, request) {
	const { runId, attempt } = request.marker;
	const same = (await findMarked$1(api, request)).filter(({ marker }) => marker.runId === runId && marker.attempt === attempt);
	if (same.length === 0) return void 0;
	const author = await ownLogin(api, same);
	return same.find((comment) => comment.author === author);
}
function ownLogin(api, marked) {
	return loginOf(api, marked.filter((comment) => comment.isBot).map((comment) => comment.author));
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
function explain$1(failure, pullRequest) {
	const what = `the report could not be posted on pull request #${pullRequest}: ${describeFailure(failure)}.`;
	if (failure.status === 401) return `${what} The token is not valid; check the input token.`;
	if (!((failure.status === 403 || failure.status === 404) && failure.waitS === null) || /locked/i.test(failure.message)) return `${what} The same report is in the job summary.`;
	return `${what} The same report is in the job summary. The token lacks pull-requests: write (for a pull request from a fork GitHub never grants it). ${permissionAdvice({
		contents: "read",
		"pull-requests": "write"
	})}`;
}
// src/io/in-time.ts
/** Work that is left when a job that was cancelled has no more time for it. */
/** The work's own answer, or `otherwise` once the signal has aborted; the work itself goes on unheeded. */
async function inTime(work, signal, otherwise) {
	work.catch(() => {});
	using cleanUp = new DisposableStack();
	const late = new Promise((resolve) => {
		const leave = () => resolve(otherwise);
		if (signal.aborted) leave();
		signal.addEventListener("abort", leave, { once: true });
		cleanUp.defer(() => signal.removeEventListener("abort", leave));
	});
	return await Promise.race([work, late]);
}
// src/core/issue-marker.ts
function writeIssueMarker({ suiteKey, runnerKey, runId, attempt, standing, gone }) {
	return `<!-- finetune-bench-issue:${suiteKey}:${runnerKey} run ${runId}.${attempt} standing ${written(standing)} gone ${written(gone)} -->`;
}
function written(keys) {
	return keys.slice(-200).join(",") || "none";
}
function read(keys = "none") {
	return keys === "none" ? [] : keys.split(",");
}
const KEYS = "(none|[0-9a-f]{8}(?:,[0-9a-f]{8})*)";
const PATTERN = new RegExp(`^<!-- finetune-bench-issue:([a-z0-9._-]+):([a-z0-9._-]+) run ([0-9]{1,20})\\.([0-9]{1,9}) standing ${KEYS} gone ${KEYS} -->`);
/** The marker an issue begins with; null for every other issue. */
function readIssueMarker(body) {
	const [, suiteKey, runnerKey, runId, attempt, standing, gone] = PATTERN.exec(body) ?? [];
	if (suiteKey === void 0 || runnerKey === void 0 || runId === void 0) return null;
	return {
		suiteKey,
		runnerKey,
		runId,
		attempt: Number(attempt),
		standing: read(standing),
		gone: read(gone)
	};
}
/**
* One key for each finding, in their order. The commit is no part of it: with more jobs the same change may turn out to
* lie one commit earlier. Several changes of one series are told apart by their number, oldest first.
*/
function findingKeys(newestFirst) {
	const seen = /* @__PURE__ */ new Map();
	return newestFirst.toReversed().map(({ benchmark, metric }) => {
		const series = canonicalJson([benchmark, metric.name]);
		const number = (seen.get(series) ?? 0) + 1;
		seen.set(series, number);
		return sha256Hex(canonicalJson([series, number])).slice(0, 8);
	}).toReversed();
}
// src/core/regression-issue.ts
/** The one issue about lasting regressions of the default branch on one runner: what it says, and what is to be done with it. */
/** By this label the issue is found again, and by people. */
const ISSUE_LABEL = "finetune-bench";
const MOST_ROWS = 30;
/** Confirmed, for the worse, not accepted, not the machine's own, and still there; newest first. */
function standingRegressions({ change_points: points }) {
	return points.filter(({ stands }) => stands);
}
/**
* @param known the newest issue about this suite and runner; null: there never was one
*/
function planIssue(report, known) {
	const standing = standingRegressions(report);
	const keys = findingKeys(standing);
	if (report.history_unread) return { do: "nothing" };
	const marker = {
		suiteKey: suiteKeyOf(report.suite.name),
		runnerKey: report.runner_key,
		...runOf(report)
	};
	const text = (gone, before) => issueBody(report, standing, {
		...marker,
		standing: keys,
		gone
	}, before);
	if (known === null) return standing.length === 0 ? { do: "nothing" } : {
		do: "open",
		title: titleOf(report),
		body: text([], null)
	};
	if (isNewer(known.marker, marker)) return { do: "nothing" };
	const { number } = known;
	const gone = [.../* @__PURE__ */ new Set([...known.marker.gone, ...known.marker.standing])].filter((key) => !keys.includes(key));
	if (standing.length === 0) {
		if (known.marker.standing.length === 0) return { do: "nothing" };
		const body = text(gone, null);
		if (!known.open) return {
			do: "change",
			number,
			body,
			state: null,
			comment: null
		};
		return {
			do: "change",
			number,
			body,
			state: "closed",
			comment: goneComment(report)
		};
	}
	const isNew = (key) => !known.marker.standing.includes(key);
	const added = standing.filter((_, index) => isNew(keys[index] ?? ""));
	if (known.open) {
		const comment = added.length === 0 ? null : newComment(report, added);
		return {
			do: "change",
			number,
			body: text(gone, null),
			state: null,
			comment
		};
	}
	if (added.length === 0) return { do: "nothing" };
	if (added.length < standing.length || keys.some((key) => known.marker.gone.includes(key))) return {
		do: "change",
		number,
		body: text(gone, null),
		state: "open",
		comment: newComment(report, added)
	};
	return {
		do: "open",
		title: titleOf(report),
		body: text([], number)
	};
}
function runOf({ job }) {
	return {
		runId: job.run_id,
		attempt: job.attempt
	};
}
/** The same for as long as the issue lives. Both parts are letters, digits, dots and dashes. */
function titleOf({ runner_key, suite }) {
	return `Training became worse on ${runner_key} (${suiteKeyOf(suite.name)})`;
}
function issueBody(report, standing, marker, before) {
	const { job, runner_key, suite } = report;
	const run = job.run_url === null ? codeSpan(job.run_id) : link$1("this run", job.run_url);
	const blocks = standing.length === 0 ? [`Nothing stands any more of what this was about. Last looked at by ${run}.`] : [
		`The default branch trains worse on ${codeSpan(runner_key)} than it did (suite ${codeSpan(suite.name)}). Several jobs confirm each change below, none is accepted, and the control workload does not explain any.`,
		findings(report, standing),
		standing.length > MOST_ROWS ? `${standing.length - MOST_ROWS} more are in the summary of the run.` : "",
		bullets([
			`If one is meant, accept it in ${codeSpan(ACCEPT_FILE)}: the summary of the run has the lines.`,
			`Close this issue to hear no more of what it lists; another change opens it again or opens a new one.`,
			`It is renewed by every nightly job, and closed by itself when nothing of it stands.`
		]),
		`Last renewed by ${run}${before === null ? "" : `; an earlier one was #${before}`}.`
	];
	return `${[writeIssueMarker(marker), ...blocks.filter((block) => block !== "")].join("\n\n")}\n`;
}
function findings(report, standing) {
	return table([
		{
			title: "Benchmark",
			cell: (point) => drawSentence(benchmarkName(point))
		},
		{
			title: "Metric",
			cell: ({ metric }) => drawSentence(metricWords(metric))
		},
		{
			title: "Commits",
			cell: (point) => commits(report, point)
		},
		{
			title: "Measured",
			cell: ({ at }) => at.slice(0, 10)
		},
		SIZE_COLUMN,
		{
			title: "Jobs since",
			align: "r",
			cell: ({ jobs }) => `${jobs}`
		},
		{
			title: "Newest jobs",
			cell: ({ series }) => series.length === 0 ? "" : codeSpan(sparkline(series))
		}
	], standing.slice(0, MOST_ROWS));
}
/** The range in words, with a link to what lies in it where both ends are known. */
function commits({ job, links }, point) {
	const words = drawSentence(rangeOf(point));
	const { last_good: good, first_bad: bad } = point;
	const repository = /^(https?:\/\/.+)\/actions\/runs\//.exec(job.run_url ?? links.run_url ?? "")?.[1];
	if (repository === void 0 || good === null || bad === null || good === bad) return words;
	return `${words} (${link$1("compare", `${repository}/compare/${good}...${bad}`)})`;
}
function newComment(report, added) {
	const lines = added.slice(0, MOST_ROWS).map((point) => drawSentence(say`${benchmarkName(point)} ${changeInWords(point.metric, point.effect, false)} since ${sinceOf(point)}`));
	return `${added.length === 1 ? "A change" : counted(added.length, "change")} for the worse that was not listed here before, seen by ${runLink(report)}:\n\n${bullets(lines)}\n`;
}
function goneComment(report) {
	return `Nothing of this stands any more, says ${runLink(report)}: it was mended or accepted, the series ended with other software, work or settings of the machine, or 30 jobs have measured the new level, so that later ones are judged against it.\n`;
}
function runLink({ job }) {
	return job.run_url === null ? codeSpan(job.run_id) : link$1("this run", job.run_url);
}
// src/io/issue.ts
/** The one issue about lasting regressions of the default branch: found again, renewed, closed when they are gone. */
/** Events that look after the default branch without a change of their own; a push has its author's attention already. */
const LOOKING_AFTER = /* @__PURE__ */ new Set(["schedule", "workflow_dispatch"]);
/** Nobody has this many issues of one label; a list that never ends must not be read for ever. */
const MOST_PAGES = 20;
/**
* Does what the reports of the default branch ask for, each for its own runner and suite. A warning for each that could
* not be done.
*/
async function publishIssues(api, reports) {
	const warnings = [];
	for (const report of reports) warnings.push(await publishIssue(api, report));
	return warnings.filter((warning) => warning !== null);
}
async function publishIssue(api, report) {
	if (!LOOKING_AFTER.has(report.job.event)) return null;
	try {
		await carryOut(api, planIssue(report, await findOurs(api, report)), report);
		return null;
	} catch (error) {
		return explain(apiFailure(error), report);
	}
}
/** The newest one, and of several that are open the newest of those. */
async function findOurs(api, report) {
	const marked = await findMarked(api, report);
	if (marked.length === 0) return null;
	const login = await loginOf(api, marked.filter(({ isBot }) => isBot).map(({ author }) => author));
	const ours = marked.filter(({ author }) => author === login).toSorted((a, b) => b.number - a.number);
	return ours.find(({ open }) => open) ?? ours[0] ?? null;
}
async function findMarked({ octokit, owner, repo }, report) {
	const suiteKey = suiteKeyOf(report.suite.name);
	const found = [];
	for (let page = 1; page <= MOST_PAGES; page++) {
		const query = {
			owner,
			repo,
			labels: ISSUE_LABEL,
			state: "all",
			per_page: 100,
			page
		};
		const { data } = await withRetry(() => octokit.rest.issues.listForRepo(query));
		for (const { number, state, user, body, pull_request: pull } of data) {
			const marker = readIssueMarker(body ?? "");
			if (marker === null || user === null || pull !== void 0) continue;
			if (marker.suiteKey !== suiteKey || marker.runnerKey !== report.runner_key) continue;
			const who = {
				author: user.login,
				isBot: user.type === "Bot"
			};
			found.push({
				number,
				open: state === "open",
				body: body ?? "",
				marker,
				...who
			});
		}
		if (data.length < query.per_page) break;
	}
	return found;
}
/** An attempt whose answer was lost may have done all the same what it was to do. */
async function carryOut(api, step, report) {
	const { octokit, owner, repo } = api;
	const at = {
		owner,
		repo
	};
	if (step.do === "nothing") return;
	if (step.do === "open") {
		const { title, body } = step;
		await withRetry(async (attempt) => {
			if (attempt > 1 && isOfJob(await findOurs(api, report), report)) return;
			await octokit.rest.issues.create({
				...at,
				title,
				body,
				labels: [ISSUE_LABEL]
			});
		});
		return;
	}
	const { number: issue_number, body, state, comment } = step;
	const become = state === null ? {} : {
		state,
		state_reason: state === "open" ? "reopened" : "completed"
	};
	await withRetry(() => octokit.rest.issues.update({
		...at,
		issue_number,
		body,
		...become
	}));
	if (comment === null) return;
	await withRetry(async (attempt) => {
		if (attempt > 1 && await isSaid(api, issue_number, comment)) return;
		await octokit.rest.issues.createComment({
			...at,
			issue_number,
			body: comment
		});
	});
}
function isOfJob(issue, { job }) {
	return issue !== null && issue.marker.runId === job.run_id && issue.marker.attempt === job.attempt;
}
/** Every comment names the run that wrote it, so no two are the same. */
async function isSaid({ octokit, owner, repo }, issue_number, text) {
	for (let page = 1; page <= MOST_PAGES; page++) {
		const query = {
			owner,
			repo,
			issue_number,
			per_page: 100,
			page
		};
		const { data } = await withRetry(() => octokit.rest.issues.listComments(query));
		if (data.some(({ body }) => body?.trim() === text.trim())) return true;
		if (data.length < query.per_page) return false;
	}
	return false;
}
/** Opening issues is a choice: who runs this by hand without the permission, or has nothing to hear, is not nagged. */
function explain(failure, report) {
	const isRefused = (failure.status === 403 || failure.status === 404) && failure.waitS === null;
	const isMissed = report.job.event === "schedule" && standingRegressions(report).length > 0;
	if (isRefused && !isMissed) return null;
	const what = `the issue about lasting regressions could not be looked after: ${describeFailure(failure)}.`;
	return isRefused ? `${what} ${permissionAdvice({
		contents: "write",
		issues: "write"
	})}` : what;
}
// src/io/outputs.ts
/** The outputs of the action, out of the reports of a job. */
const GATES = [
	"fail",
	"neutral",
	"pass"
];
/** @param reports one for each suite, at least one */
function outputsOf(reports, { folder, comment, checkRun }) {
	const parts = reports.flatMap((joint) => joint.reports);
	return {
		verdict: VERDICTS.find((verdict) => reports.some(({ gate }) => gate.verdict === verdict)) ?? "inconclusive",
		gate: worstGate(reports),
		"runner-key": [...new Set(parts.map(({ runner_key }) => runner_key))].join(","),
		"baseline-saved": parts.length > 0 && parts.every(({ recorded }) => recorded === "yes"),
		"results-path": folder,
		"artifact-url": reports[0]?.links.artifact_url ?? "",
		"comment-url": comment ?? "",
		"check-run-url": checkRun ?? ""
	};
}
function worstGate(reports) {
	return GATES.find((gate) => reports.some((joint) => joint.gate.gate === gate)) ?? "neutral";
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
// src/io/publish.ts
/** Makes reports known: artifact, comment, check run, summary, annotations and outputs. */
const LEFT = "the job was cancelled, and its time was over";
const PART = "> [!NOTE]\n> This is one runner's part (`mode: measure`): nothing was posted or stored, and no gate was set. The job with `mode: report` judges all runners together.";
/**
* Artifact first, so that everything after it can point to it. What fails is a warning, and the rest goes on.
*
* @param judged one for each suite
*/
async function publishReports(judged, publication) {
	const { folder, api, context, inputs, target, hurry } = publication;
	const warnings = [...publication.warnings];
	const artifact = await upload(publication);
	if ("warning" in artifact) warnings.push(artifact.warning);
	const reports = "url" in artifact ? judged.map((report) => withArtifact(report, artifact.url)) : [...judged];
	const fullReportUrl = "url" in artifact ? artifact.url : context.job.run_url;
	let comment = null;
	let checkRun = null;
	if (inputs.mode !== "measure") {
		for (const report of reports) {
			const posted = await inTime(post(report, publication, fullReportUrl), hurry, {
				comment: null,
				checkRun: null,
				warnings: [`comment and check run were not written: ${LEFT}`]
			});
			comment ??= posted.comment;
			checkRun ??= posted.checkRun;
			warnings.push(...posted.warnings);
		}
		const parts = reports.flatMap((joint) => joint.reports);
		if (target.isDefaultBranch) warnings.push(...await inTime(publishIssues(api, parts), hurry, []));
	}
	const markdown = [
		...inputs.mode === "measure" ? [PART] : [],
		...reports.map(renderSummary),
		...warnings.map((warning) => `⚠️ Not everything was published:\n\n${codeBlock(warning)}`)
	];
	const file = process.env["GITHUB_STEP_SUMMARY"];
	const summary = await writeSummary({
		markdown: markdown.join("\n\n"),
		file,
		fullReportUrl
	});
	if (summary !== null) warnings.push(summary);
	const annotations = reports.flatMap((report, index) => annotationsOf(report, index === 0 ? warnings : []));
	annotate(inputs.mode === "measure" ? annotations.map((one) => one.level === "error" ? {
		...one,
		level: "warning"
	} : one) : annotations);
	setOutputs(outputsOf(reports, {
		folder: folder.path,
		comment,
		checkRun
	}));
	return reports;
}
async function upload({ folder, api, context, hurry }) {
	const { serverUrl, job } = context;
	const runUrl = `${serverUrl}/${job.repository}/actions/runs/${job.run_id}`;
	const withinS = 10 * api.answerWithinS;
	const done = await inTime(uploadResults({
		folder: folder.path,
		name: folder.name,
		runUrl,
		withinS
	}), hurry, {
		uploaded: false,
		warning: `the artifact ${folder.name} was not uploaded: ${LEFT}`
	});
	return done.uploaded ? { url: done.url } : { warning: done.warning };
}
async function post(report, publication, fullReportUrl) {
	const { runId, attempt } = publication.target;
	const place = (suiteKey) => ({
		marker: {
			suiteKey,
			runId,
			attempt
		},
		fullReportUrl
	});
	const written = [];
	for (const key of await commentKeysOf(report, publication)) written.push(await postComment(report, publication, place(key)));
	const checkRun = await postCheckRun(report, publication, place(suiteKeyOf(suiteOf(report) ?? "finetune-bench.yml")));
	return {
		comment: written.find(({ url }) => url !== null)?.url ?? null,
		checkRun: checkRun.url,
		warnings: [...written, checkRun].flatMap(({ warning }) => warning ?? [])
	};
}
function suiteOf({ reports }) {
	return reports[0]?.suite.name ?? null;
}
/** A report of no result is of no suite: whatever stands on the pull request is renewed. */
async function commentKeysOf(report, { api, inputs, target }) {
	const { pullRequest } = target;
	if (pullRequest === null || inputs.comment === "never") return [];
	const suite = suiteOf(report);
	return suite === null ? suiteKeysOn(api, pullRequest) : [suiteKeyOf(suite)];
}
async function postComment(report, { api, inputs, target }, { marker, fullReportUrl }) {
	const { pullRequest } = target;
	if (pullRequest === null) return {
		url: null,
		warning: null
	};
	const outcome = await publishComment(api, {
		pullRequest,
		marker,
		body: renderComment(report),
		fullReportUrl,
		onlyUpdate: inputs.comment === "on-change" && isAllClear(report)
	});
	if (outcome.state === "failed") return {
		url: null,
		warning: outcome.warning
	};
	return {
		url: outcome.state === "none" ? null : outcome.url,
		warning: null
	};
}
async function postCheckRun(report, { api, target }, { marker, fullReportUrl: detailsUrl }) {
	const { headSha } = target;
	if (headSha === null) return {
		url: null,
		warning: null
	};
	const outcome = await publishCheckRun(api, {
		headSha,
		marker,
		drawing: checkRunOf(report),
		detailsUrl
	});
	if (outcome.state === "failed") return {
		url: null,
		warning: outcome.warning
	};
	if (outcome.state !== "not-allowed") return {
		url: outcome.url,
		warning: null
	};
	log("no check run: the token may not write checks");
	debug(permissionAdvice({ checks: "write" }));
	return {
		url: null,
		warning: null
	};
}
// src/io/refuse-fork.ts
/** Keeps the code of strangers off machines and tokens that it could misuse. */
/** Events whose token can write although a stranger's code may be at hand. */
const POWERFUL = /* @__PURE__ */ new Set(["pull_request_target", "workflow_run"]);
/** Throws a {@link UserError} when the job would run a stranger's code that nobody allowed, or that nobody may allow. */
function refuseFork({ stranger, job, isHosted }, allowForks) {
	if (stranger === null) return;
	const origin = {
		"other-repository": "comes from a fork",
		"deleted-repository": "comes from a repository that no longer exists (or that the event does not name)",
		dependabot: "was opened by Dependabot"
	}[stranger];
	const what = job.pull_request === null ? "the commit of the run that started this one" : `pull request #${job.pull_request}`;
	if (POWERFUL.has(job.event)) throw new UserError(`${what} ${origin}, and a ${job.event} job holds a token and secrets that its code must never come near. Nothing was run. Measure it with mode: measure in a pull_request job, and report on that run with mode: report here`);
	if (allowForks || isHosted && job.event === "pull_request") return;
	throw new UserError(`${what} ${origin}, and measuring it would run that code on this self-hosted runner, where it could read and keep whatever the runner can. Nothing was run. If you trust it (an ephemeral runner, or every outside contribution is approved by hand), set the input allow-forks: true; else skip the job with if: github.event.pull_request.head.repo.full_name == github.repository`);
}
// src/io/action-host.ts
/** The world of a job that measures: a workflow job, its log, its token, and the history on a branch. */
function actionHost(inputs, surroundings) {
	const { context, api, env, workspace, signal, hurry, token } = surroundings;
	refuseFork(context, inputs.allowForks);
	const { job, serverUrl, pullRequest, commentOn, warnings } = context;
	const { answerWithinS } = api;
	const remote = githubRemote({
		serverUrl,
		repository: job.repository,
		token,
		env,
		answerWithinS
	});
	const target = {
		pullRequest: commentOn,
		headSha: pullRequest === null ? job.sha : pullRequest.headSha,
		isDefaultBranch: context.isDefaultBranch,
		runId: job.run_id,
		attempt: job.attempt
	};
	return {
		context,
		version: VERSION,
		workspace,
		resultsRoot: path.join(surroundings.scratch, "finetune-bench"),
		cache: cacheFolder(env),
		harness: surroundings.harness,
		env,
		store: surroundings.store,
		record: !context.isDefaultBranch ? "never" : inputs.mode === "full" ? "now" : "later",
		repeats: null,
		base: () => baseOfJob(context, workspace, remote, signal),
		remote,
		confirmBudgetS: Number.POSITIVE_INFINITY,
		progress: surroundings.progress,
		signal,
		publish: async (report, folder) => {
			const [published = report] = await publishReports([report], {
				folder,
				api,
				context,
				inputs,
				target,
				warnings,
				hurry
			});
			return published;
		}
	};
}
// src/core/silent-jobs.ts
/** The jobs of a workflow run that were to measure and left no result, as far as GitHub's list of its jobs tells. */
const runJobSchema = object({
	name: string(),
	status: string(),
	conclusion: string().nullable(),
	/** Empty where no runner took the job. */
	steps: array(object({
		name: string(),
		status: string(),
		conclusion: string().nullable()
	})).default([])
});
/**
* How GitHub names a step that runs this action, as long as the workflow gives it no other name. The actions in its
* folders (`…/authorize@`) and what runs after the job (`Post Run …`) are none.
*/
const OWN_STEP = /^Run [\w.-]+\/finetune-bench@/i;
const ENDED_BADLY = /* @__PURE__ */ new Map([
	["failure", "failed"],
	["cancelled", "was cancelled"],
	["timed_out", "timed out"]
]);
const LONGEST_NAME = 300;
/**
* Every step of the action leaves one result, so as many of them are silent as results are lacking. Of the jobs that
* ended badly those come first that cannot have left any: a cancelled one may well have. Jobs that still run, such as
* the one that reports, are left out, and so is every job that is not known to measure.
*
* @param arrived artifacts of this action in the run, usable or not
*/
function silentJobs(jobs, arrived) {
	const ended = jobs.filter(({ status }) => status === "completed");
	const silent = ended.flatMap((job) => silencesOf(job, jobs)).toSorted((a, b) => a.doubt - b.doubt);
	const delivered = ended.flatMap(({ steps }) => steps.filter((step) => isOwn(step) && step.conclusion === "success"));
	const lacking = Math.max(0, delivered.length + silent.length - arrived);
	return [...new Map(silent.slice(0, lacking).map(({ job, reason }) => [job, reason]))].map(([{ name }, reason]) => ({
		name: name.slice(0, LONGEST_NAME),
		reason
	}));
}
function silencesOf(job, jobs) {
	const how = ENDED_BADLY.get(job.conclusion ?? "");
	if (how === void 0) return [];
	if (job.steps.length === 0) return measuresBySiblings(job, jobs) ? [{
		job,
		doubt: 0,
		reason: `its job ${how} before its first step`
	}] : [];
	return job.steps.filter((step) => isOwn(step) && step.conclusion !== "success").map((step) => ({
		job,
		...endOf(step, how)
	}));
}
function endOf({ status, conclusion }, how) {
	if (status !== "completed") return {
		doubt: 0,
		reason: `its job ${how} before the benchmark ended, as when a runner is lost`
	};
	if (conclusion === "skipped") return {
		doubt: 0,
		reason: `its job ${how} before the benchmark began`
	};
	return {
		doubt: conclusion === "failure" ? 1 : 2,
		reason: `its job ${how}`
	};
}
/** No step tells what it would have run: one of a matrix runs what the others of the same matrix do. */
function measuresBySiblings({ name }, jobs) {
	const matrix = matrixOf(name);
	if (matrix === null) return false;
	const siblings = jobs.filter((other) => other.steps.length > 0 && matrixOf(other.name) === matrix);
	return siblings.length > 0 && siblings.every(({ steps }) => steps.some(isOwn));
}
/** `measure` of `measure (apple)`. */
function matrixOf(name) {
	return /^(.+) \(.*\)$/s.exec(name)?.[1] ?? null;
}
function isOwn({ name }) {
	return OWN_STEP.test(name);
}
// src/io/run-jobs.ts
/** The jobs of the newest attempt of a workflow run. */
const PAGES = 10;
/** A report is possible without them, so what fails is a warning. */
async function listJobs({ octokit, owner, repo }, run) {
	const jobs = [];
	try {
		for (let page = 1; page <= PAGES; page++) {
			const query = {
				owner,
				repo,
				run_id: run.id,
				filter: "latest",
				per_page: 100,
				page
			};
			const { data } = await withRetry(() => octokit.rest.actions.listJobsForWorkflowRun(query));
			jobs.push(...runJobSchema.array().parse(data.jobs));
			if (data.jobs.length < query.per_page) return {
				jobs,
				warnings: []
			};
		}
		return {
			jobs,
			warnings: [`run ${run.id} has more than ${jobs.length} jobs: the others were not looked at`]
		};
	} catch (error) {
		const failure = describeFailure(apiFailure(error));
		return {
			jobs: [],
			warnings: [`the jobs of run ${run.id} could not be listed: ${failure}; a job that left no result may not be named`]
		};
	}
}
// src/io/collect.ts
/** Collects what the jobs of a workflow run measured: every result is held against what GitHub says of the run. */
/** All results together: a run with many runners is no reason to run out of memory. */
const MOST_CHARACTERS = 67108864;
async function collectRun(api, run) {
	const { jobs, warnings } = await listJobs(api, run);
	const listed = await listResults(api, run);
	const found = /* @__PURE__ */ new Map();
	const aside = [];
	const commits = /* @__PURE__ */ new Map();
	let characters = 0;
	for (const artifact of listed.artifacts) {
		const { runnerKey: name, end } = artifact.parsed;
		const setAside = (reason) => void aside.push({
			name,
			reason,
			end
		});
		const read = await readArtifact(api, artifact, run);
		if ("fault" in read) {
			setAside(read.fault);
			continue;
		}
		const { result, text } = read;
		characters += text.length;
		const reason = await commitFault(result.job.sha);
		const key = `${result.runner_key} ${result.suite.name}`;
		const known = found.get(key);
		if (characters > MOST_CHARACTERS) setAside("the results of this run are too many to report on together");
		else if (reason !== null && run.event === "pull_request") setAside(reason);
		else if (known === void 0 || known.result.job.attempt < result.job.attempt) found.set(key, {
			text,
			result: reason === null ? result : {
				...result,
				warnings: [...result.warnings, reason]
			}
		});
		else if (known.result.job.attempt === result.job.attempt && known.text !== text) setAside("two jobs of this run measured one suite under this runner key; give them different ones");
	}
	const results = [...found.values()].map(({ result }) => result);
	const silent = silentJobs(jobs, listed.uploads);
	return {
		results,
		aside: [...aside, ...silent],
		warnings: [
			...listed.warnings,
			...warnings,
			...warningsOf(run, silent.length > 0)
		]
	};
	async function commitFault(sha) {
		if (run.event === "issue_comment") return null;
		if (sha === null || sha === run.head_sha || run.event !== "pull_request") return faultOfCommit(sha, run, null);
		const asked = commits.get(sha) ?? parentsOf(api, sha);
		commits.set(sha, asked);
		const parents = await asked;
		return "fault" in parents ? parents.fault : faultOfCommit(sha, run, parents);
	}
}
async function readArtifact(api, artifact, run) {
	const downloaded = await downloadResult(api, artifact);
	if ("fault" in downloaded) return downloaded;
	const { text } = downloaded;
	const read = readResult(text);
	if ("fault" in read) return read;
	const fault = faultOfClaims({
		result: read.result,
		name: artifact.name,
		run,
		now: Date.now()
	});
	return fault === null ? {
		result: read.result,
		text
	} : { fault };
}
function warningsOf(run, isExplained) {
	const warnings = [];
	if (run.status === "completed" && run.conclusion !== "success" && !isExplained) {
		const how = (run.conclusion ?? "nothing").replaceAll("_", " ");
		warnings.push(`run ${run.id} ended with ${how}: a job of it may have left no result`);
	}
	if (!isOwn$1(run)) {
		const fork = run.head_repository?.full_name ?? "deleted since";
		warnings.push(`measured by a job of a fork (${fork}), whose code could have written these numbers itself`);
	}
	return warnings;
}
// src/io/report-host.ts
/** What the report line needs of the world it runs in: the action and the local command each make one. */
/** Collects the artifacts of a run: that of the input, else the one that triggered this job, else the job's own. */
async function actionReportHost(inputs, { context, api, store, progress, scratch, signal, hurry }) {
	const runId = inputs.runId ?? context.triggeredBy ?? context.job.run_id;
	progress.phase(`Collect the results of run ${runId}`);
	const run = await readRun(api, runId);
	const collected = await collectRun(api, run);
	for (const { runner_key, suite } of collected.results) progress.line(`${runner_key}: results of ${suite.name}`);
	for (const { name, reason } of collected.aside) progress.line(`no result of ${terminalText(name, 300)} is used: ${reason}`);
	const isOwnRun = runId === context.job.run_id;
	const claimed = collected.results.map(({ job }) => job.pull_request);
	const found = isOwnRun ? {
		pullRequest: context.commentOn,
		reason: null
	} : await pullRequestOf(api, run, claimed);
	const { pullRequest } = found;
	const { serverUrl } = context;
	const results = collected.results.map((result) => withTrustedFacts(result, {
		run,
		serverUrl,
		pullRequest
	}));
	const target = {
		pullRequest,
		headSha: isOwnRun ? await headOfJob(api, context, {
			run,
			results
		}) : run.head_sha,
		isDefaultBranch: isRecorded(run, context.defaultBranch),
		runId,
		attempt: run.run_attempt
	};
	const warnings = found.reason === null ? [] : [`no pull request was commented on: ${found.reason}`];
	const { job } = context;
	return {
		collected: {
			...collected,
			results,
			runUrl: `${serverUrl}/${job.repository}/actions/runs/${runId}`
		},
		resultsRoot: path.join(scratch, "finetune-bench"),
		folderName: reportName(job.run_id, job.attempt),
		store,
		mayRecord: (result) => mayRecord(result, run, context.defaultBranch),
		progress,
		signal,
		publish: (reports, folder) => {
			progress.end();
			return publishReports(reports, {
				folder,
				api,
				context,
				inputs,
				target,
				warnings,
				hurry
			});
		}
	};
}
/**
* A comment on a pull request starts a run of the default branch, though it is the pull request that was measured: which
* commit of it only the results say, and they may not choose whose check run they write.
*/
async function headOfJob(api, { pullRequest }, { run, results }) {
	if (pullRequest === null) return run.head_sha;
	if (run.event !== "issue_comment") return pullRequest.headSha;
	if (results.length === 0) return null;
	const head = await headOfPull(api, pullRequest.number);
	return results.every(({ job }) => job.sha === head) ? head : null;
}
function mayRecord({ job }, run, defaultBranch) {
	if (!isRecorded(run, defaultBranch)) return false;
	if (job.sha === null || job.sha === run.head_sha) return true;
	const [measured, head] = [job.sha.slice(0, 7), run.head_sha.slice(0, 7)];
	return { fault: `${measured} was measured, which is not the head of the run (${head})` };
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
		for (const line of printed) guard.write(`    ${textWithoutHome(line, homedir())}\n`);
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
// src/io/surroundings.ts
/** What every mode of the action works with: its job, GitHub's API, and the history on a branch. */
async function readSurroundings(inputs, options) {
	const { token } = options;
	maskSecret(token);
	const { env } = process;
	const workspace = env["GITHUB_WORKSPACE"] ?? process.cwd();
	const context = await readJobContext({
		env,
		cwd: workspace
	});
	const { serverUrl, apiUrl, defaultBranch } = context;
	const { repository } = context.job;
	const api = await connectGitHub({
		token,
		repository,
		apiUrl,
		serverUrl,
		answerWithinS: answerWithin(env)
	});
	return {
		...options,
		env,
		workspace,
		scratch: env["RUNNER_TEMP"] ?? path.join(workspace, ".finetune-bench"),
		context,
		api,
		store: openStore(parseBaselineInput(inputs.baseline), {
			cwd: workspace,
			api,
			defaultBranch
		}),
		progress: actionProgress()
	};
}
// src/action.ts
/** The action from its inputs to its last word in the log. */
/** False when the job fails; why stands in the log. */
async function runAction(stop) {
	const failure = await failureOf(stop);
	if (failure !== null) annotate([{
		level: "error",
		message: failure
	}]);
	return failure === null;
}
async function failureOf({ signal, hurry }) {
	try {
		const inputs = parseInputs(actionInput);
		const reports = await reportsOf(inputs, await readSurroundings(inputs, {
			harness: path.join(import.meta.dirname, "..", "harness"),
			token: actionInput("token") ?? "",
			signal,
			hurry
		}));
		if (signal.aborted) return "cancelled: the results so far are in the artifact";
		if (inputs.mode === "measure") return null;
		const failed = reports.find(({ gate }) => gate.gate === "fail");
		return failed === void 0 ? null : `gate failed: ${failed.gate.reason}`;
	} catch (error) {
		if (signal.aborted) return "cancelled";
		if (error instanceof UserError) return describeError(error);
		log(inspect(error));
		return `finetune-bench met a bug: ${describeError(error)}`;
	}
}
async function reportsOf(inputs, surroundings) {
	if (inputs.mode === "report") return (await runReportLine(inputs, await actionReportHost(inputs, surroundings))).reports;
	return [(await runPipeline(inputs, actionHost(inputs, surroundings))).report];
}
export { runAction };

import { s as setOutput } from "./core.js";
import { D as datetime, G as string, L as int, Q as describeError, S as parsed, V as object, Z as UserError, a as readPayload, d as permissionAdvice, f as withRetry, l as apiFailure, s as connectGitHub, u as describeFailure, x as terminalText } from "./home.js";
import { a as maskSecret, i as log, n as annotate, t as actionInput } from "./runner.js";
// src/core/bench-command.ts
/** The comment `/bench`: who may ask for a measurement, and of which commit. */
const sha = string().regex(/^[0-9a-f]{40}$/);
const time = datetime({ offset: true });
/** Of `issue_comment`, as far as the decision needs it. */
const benchCommentSchema = object({
	action: string(),
	issue: object({
		number: int().positive(),
		pull_request: object({}).optional()
	}),
	comment: object({
		id: int().positive(),
		body: string(),
		created_at: time,
		author_association: string(),
		user: object({ login: string() })
	})
});
/** Throws a UserError that names the field where a payload is not as GitHub documents. */
function readBenchComment(payload, file) {
	return parsed(benchCommentSchema, payload, (field) => `${field} of the event (${file})`);
}
/** Of the pull request, as GitHub's API answers now. */
const benchPullSchema = object({
	state: string(),
	head: object({
		sha,
		/** Null once the fork is deleted. */
		repo: object({
			full_name: string(),
			pushed_at: time.nullable()
		}).nullable()
	})
});
/**
* A short commit id is not taken: who may push can make another commit that begins with the same seven digits within
* seconds, and all forty not at all.
*/
function readCommand({ action, issue, comment }) {
	if (action !== "created" || issue.pull_request === void 0) return { kind: "none" };
	const text = comment.body.trimEnd();
	if (!/^\/bench(?:\s|$)/.test(text)) return { kind: "none" };
	const match = /^\/bench(?: ([0-9a-f]{40}))?$/.exec(text);
	return match === null ? { kind: "wrong" } : {
		kind: "bench",
		sha: match[1] ?? null
	};
}
const ASSOCIATIONS = /* @__PURE__ */ new Set([
	"OWNER",
	"MEMBER",
	"COLLABORATOR"
]);
const PERMISSIONS = /* @__PURE__ */ new Set(["admin", "write"]);
/** Members of an organisation need not be allowed to write, so the permission is asked for as well. */
function isKnown({ comment }) {
	return ASSOCIATIONS.has(comment.author_association);
}
function mayAsk(permission) {
	return PERMISSIONS.has(permission);
}
/**
* The one commit that the comment's author could see. What is pushed between the comment and this decision was seen by
* nobody; GitHub does not tell which head a comment was written under, so any push since then to the repository of the
* head is taken for one to the head.
*/
function freeze(asked, { comment }, pull) {
	const { head, state } = pull;
	if (state !== "open") return { refusal: "this pull request is not open" };
	if (head.repo === null) return { refusal: "the repository of its head no longer exists" };
	if (asked !== null) return asked === head.sha ? { sha: head.sha } : { refusal: `the head of this pull request is now ${head.sha}` };
	if ((head.repo.pushed_at === null ? Number.POSITIVE_INFINITY : Date.parse(head.repo.pushed_at)) < Date.parse(comment.created_at)) return { sha: head.sha };
	return { refusal: `the repository of its head was pushed to when this was written or since, so what you saw may not be what would run. Look at the newest commit, then write \`/bench\` again, or name the commit: \`/bench ${head.sha}\`` };
}
const WRONG_COMMAND = "the command is `/bench` alone, or `/bench` with the 40 digits of the newest commit, and nothing else in the comment";
// src/io/bench-command.ts
/** Decides about a `/bench` comment: reads the event, asks GitHub, answers on the pull request, never runs anything. */
async function decideBench(env, token) {
	const comment = await readComment(env);
	const command = readCommand(comment);
	const { login } = comment.comment.user;
	const name = terminalText(login, 100);
	if (command.kind === "none") return refused("the comment is no /bench command on a pull request");
	if (!isKnown(comment)) return refused(`${name} is neither owner, member nor collaborator`);
	const api = await connectGitHub({
		token,
		repository: env["GITHUB_REPOSITORY"] ?? "",
		apiUrl: env["GITHUB_API_URL"] ?? "https://api.github.com",
		serverUrl: env["GITHUB_SERVER_URL"] ?? "https://github.com"
	});
	try {
		const permission = await permissionOf(api, login);
		if (!mayAsk(permission)) return refused(`${name} may not write to this repository (${permission})`);
		if (command.kind === "wrong") return await refuse(api, comment, WRONG_COMMAND);
		const frozen = freeze(command.sha, comment, await pullOf(api, comment.issue.number));
		if ("refusal" in frozen) return await refuse(api, comment, frozen.refusal);
		await reacted(api, comment);
		return {
			accepted: true,
			sha: frozen.sha,
			pullRequest: comment.issue.number
		};
	} catch (error) {
		const failure = describeFailure(apiFailure(error));
		throw new UserError(`nothing was run, because GitHub could not be asked: ${failure}. ${permissionAdvice({ "pull-requests": "write" })}`);
	}
}
async function readComment(env) {
	const file = env["GITHUB_EVENT_PATH"] ?? "";
	const event = env["GITHUB_EVENT_NAME"] ?? "none";
	if (event !== "issue_comment") throw new UserError(`this action decides about comments: it needs the event issue_comment, not ${event}`);
	return readBenchComment(await readPayload(file), file);
}
async function permissionOf({ octokit, owner, repo }, username) {
	const { data } = await withRetry(() => octokit.rest.repos.getCollaboratorPermissionLevel({
		owner,
		repo,
		username
	}));
	return data.permission;
}
async function pullOf({ octokit, owner, repo }, number) {
	const { data } = await withRetry(() => octokit.rest.pulls.get({
		owner,
		repo,
		pull_number: number
	}));
	return benchPullSchema.parse(data);
}
async function refuse(api, { issue, comment }, reason) {
	const { octokit, owner, repo } = api;
	const body = `Nothing was measured for [this comment](${commentUrl(api, issue.number, comment.id)}): ${reason}.`;
	await politely(() => octokit.rest.issues.createComment({
		owner,
		repo,
		issue_number: issue.number,
		body
	}));
	return refused(reason);
}
function commentUrl({ serverUrl, owner, repo }, number, id) {
	return `${serverUrl}/${owner}/${repo}/pull/${number}#issuecomment-${id}`;
}
/** Says that it was seen: until the report comes nothing else would. */
async function reacted({ octokit, owner, repo }, { comment }) {
	await politely(() => octokit.rest.reactions.createForIssueComment({
		owner,
		repo,
		comment_id: comment.id,
		content: "eyes"
	}));
}
/** An answer is a courtesy: without it the decision stands. */
async function politely(request) {
	try {
		await withRetry(request);
	} catch (error) {
		annotate([{
			level: "warning",
			message: `the comment was not answered: ${describeFailure(apiFailure(error))}`
		}]);
	}
}
function refused(reason) {
	return {
		accepted: false,
		reason
	};
}
// src/authorize.ts
/** Entry of the action `authorize`: may this `/bench` comment start a measurement, and of which commit. */
const token = actionInput("token") ?? "";
maskSecret(token);
try {
	const decision = await decideBench(process.env, token);
	setOutput("authorized", decision.accepted);
	setOutput("sha", decision.accepted ? decision.sha : "");
	setOutput("pull-request", decision.accepted ? decision.pullRequest : "");
	if (decision.accepted) log(`commit ${decision.sha} of pull request #${decision.pullRequest} is to be measured`);
	else annotate([{
		level: "notice",
		message: `nothing is measured: ${decision.reason}`
	}]);
} catch (error) {
	const isBug = !(error instanceof UserError);
	const message = isBug ? `finetune-bench met a bug: ${describeError(error)}` : describeError(error);
	annotate([{
		level: "error",
		message
	}]);
	if (isBug) console.error(error);
	process.exitCode = 1;
}
export {};

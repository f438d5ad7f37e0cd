/** Check runs of commits, made and changed by the app of a workflow's token. */
import * as z from "zod";
import type { GitBackend } from "./git-backend.ts";
import { bodyOf, type Handlers, page, param } from "./github-call.ts";
import { type Account, ACTIONS_BOT, actionsAppJson, ApiError, notFound, timestamp } from "./github-objects.ts";

const annotationSchema = z.looseObject({
  path: z.string(),
  start_line: z.int(),
  annotation_level: z.enum(["notice", "warning", "failure"]),
  message: z.string(),
});

const fieldsSchema = z.object({
  name: z.string().optional(),
  external_id: z.string().optional(),
  details_url: z.string().optional(),
  status: z.enum(["queued", "in_progress", "completed"]).optional(),
  conclusion: z.string().optional(),
  output: z
    .object({
      title: z.string().optional(),
      summary: z.string(),
      text: z.string().optional(),
      annotations: z.array(annotationSchema).optional(),
    })
    .optional(),
});
const creationSchema = fieldsSchema.extend({ name: z.string(), head_sha: z.string() });

export interface CheckRun {
  readonly id: number;
  readonly headSha: string;
  readonly author: Account;
  name: string;
  externalId: string;
  detailsUrl: string | null;
  status: string;
  conclusion: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
  /** Every request adds to them. */
  annotations: z.infer<typeof annotationSchema>[];
  /** How often it was changed. */
  edits: number;
}

/** GitHub keeps one clock for all of them, which the tests do not read. */
const STARTED = timestamp();

export function checkHandlers(
  git: GitBackend,
  runs: CheckRun[],
  at: { apiUrl: string; repositoryUrl: string; htmlUrl: string },
): Handlers {
  const json = (run: CheckRun) => {
    const here = `${at.repositoryUrl}/check-runs/${run.id}`;
    return {
      id: run.id,
      node_id: `CR_${run.id}`,
      head_sha: run.headSha,
      external_id: run.externalId,
      url: here,
      html_url: `${at.htmlUrl}/runs/${run.id}`,
      details_url: run.detailsUrl ?? `${at.htmlUrl}/runs/${run.id}`,
      status: run.status,
      conclusion: run.conclusion,
      started_at: STARTED,
      completed_at: run.status === "completed" ? timestamp() : null,
      name: run.name,
      output: {
        title: run.title,
        summary: run.summary,
        text: run.text,
        annotations_count: run.annotations.length,
        annotations_url: `${here}/annotations`,
      },
      check_suite: { id: 1 },
      app: run.author.login === ACTIONS_BOT.login ? actionsAppJson() : { ...actionsAppJson(), id: 99, slug: "other" },
      pull_requests: [],
    };
  };
  const apply = (run: CheckRun, fields: z.infer<typeof fieldsSchema>) => {
    const { output } = fields;
    run.name = fields.name ?? run.name;
    run.externalId = fields.external_id ?? run.externalId;
    run.detailsUrl = fields.details_url ?? run.detailsUrl;
    run.status = fields.conclusion === undefined ? (fields.status ?? run.status) : "completed";
    run.conclusion = fields.conclusion ?? run.conclusion;
    if (output === undefined) return run;
    run.title = output.title ?? run.title;
    run.summary = output.summary;
    run.text = output.text ?? null;
    run.annotations.push(...(output.annotations ?? []));
    return run;
  };
  return {
    "checks/create": async (call) => {
      const fields = bodyOf(creationSchema, call);
      if (!/^[0-9a-f]{40}$/.test(fields.head_sha) || (await git.resolve(fields.head_sha)) === null) {
        throw new ApiError(422, `No commit found for SHA: ${fields.head_sha}`);
      }
      const nothing = { detailsUrl: null, conclusion: null, title: null, summary: null, text: null };
      const made: CheckRun = {
        id: 5_000_000_001 + runs.length,
        headSha: fields.head_sha,
        author: call.account,
        name: fields.name,
        externalId: "",
        status: "queued",
        ...nothing,
        annotations: [],
        edits: 0,
      };
      runs.push(apply(made, fields));
      return { status: 201, body: json(made) };
    },
    "checks/update": (call) => {
      const run = runs.find(({ id }) => id === Number(param(call, "check_run_id")));
      if (run === undefined) throw notFound();
      // GitHub lets nobody but the app that made it change a check run.
      if (run.author.login !== call.account.login) throw new ApiError(403, "Invalid app_id for check run");
      run.edits += 1;
      return { status: 200, body: json(apply(run, bodyOf(fieldsSchema, call))) };
    },
    "checks/list-for-ref": async (call) => {
      const sha = await git.resolve(param(call, "ref"));
      if (sha === null) throw new ApiError(422, `No commit found for SHA: ${param(call, "ref")}`);
      const name = call.query.get("check_name");
      const found = runs.filter((run) => run.headSha === sha && (name === null || name === run.name)).toReversed();
      const newest = found.filter(
        (run, index) =>
          call.query.get("filter") === "all" ||
          found.findIndex((other) => other.name === run.name && other.author.login === run.author.login) === index,
      );
      const { items, headers } = page(call, at.apiUrl, newest);
      return { status: 200, body: { total_count: newest.length, check_runs: items.map(json) }, headers };
    },
  };
}

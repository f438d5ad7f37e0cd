/** What act does not look at in the files for users: triggers, permissions, concurrency, pins, and how words travel. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

const folder = path.join(import.meta.dirname, "..", "..", "workflows");
const names = readdirSync(folder).sort();

const concurrencySchema = z.strictObject({
  group: z.string(),
  "cancel-in-progress": z.literal(false),
  queue: z.literal("max"),
});
const stepSchema = z.strictObject({
  id: z.string().optional(),
  uses: z.string(),
  with: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
});
const jobSchema = z.strictObject({
  name: z.string().optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  if: z.string().optional(),
  strategy: z
    .strictObject({ "fail-fast": z.literal(false), matrix: z.object({ include: z.array(z.object({})) }) })
    .optional(),
  "runs-on": z.union([z.string(), z.array(z.string())]),
  "timeout-minutes": z.int().positive(),
  concurrency: concurrencySchema.optional(),
  permissions: z.record(z.string(), z.enum(["read", "write"])),
  outputs: z.record(z.string(), z.string()).optional(),
  // A step is an action and nothing else: no `run:`, so no expression can reach a shell, and no `env:`.
  steps: z.array(stepSchema),
});
/** Strict, so that nothing is in a file that this test does not look at. */
const workflowSchema = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions: z.strictObject({}),
  concurrency: concurrencySchema.optional(),
  jobs: z.record(z.string(), jobSchema),
});
type Workflow = z.infer<typeof workflowSchema>;
type Job = z.infer<typeof jobSchema>;

interface Expected {
  readonly on: object;
  /** Job → where it runs, and what its token may do. */
  readonly jobs: Readonly<Record<string, readonly [where: "yours" | "hosted", permissions: object]>>;
}

const READ = { contents: "read" } as const;
const COMMENT = { actions: "read", contents: "read", "pull-requests": "write" } as const;
/** Of a run that is not the pull request's own: nothing else would show the gate there. */
const CHECK = { ...COMMENT, checks: "write" } as const;
const PULLS_AND_PUSHES = { pull_request: null, push: { branches: ["main"] } } as const;

const EXPECTED: Readonly<Record<string, Expected>> = {
  "finetune-bench.yml": {
    on: PULLS_AND_PUSHES,
    jobs: {
      "pull-request": ["yours", { contents: "read", "pull-requests": "write" }],
      history: ["yours", { contents: "write" }],
    },
  },
  "fork-measure.yml": { on: { pull_request: null }, jobs: { measure: ["yours", READ] } },
  "fork-report.yml": {
    on: { workflow_run: { workflows: ["finetune-bench measure"], types: ["completed"] } },
    jobs: { report: ["hosted", CHECK] },
  },
  "matrix.yml": {
    on: PULLS_AND_PUSHES,
    jobs: {
      measure: ["yours", READ],
      "report-pull-request": ["hosted", COMMENT],
      "report-push": ["hosted", { actions: "read", contents: "write" }],
    },
  },
  "nightly.yml": {
    on: { schedule: [{ cron: "23 2 * * *" }], workflow_dispatch: null },
    jobs: { nightly: ["yours", { contents: "write", issues: "write" }] },
  },
  "on-demand.yml": {
    on: { issue_comment: { types: ["created"] } },
    jobs: {
      authorize: ["hosted", { "pull-requests": "write" }],
      measure: ["yours", READ],
      report: ["hosted", CHECK],
    },
  },
  "record.yml": { on: { push: { branches: ["main"] } }, jobs: { record: ["yours", { contents: "write" }] } },
};

function read(name: string): { text: string; workflow: Workflow; jobs: [string, Job][] } {
  const text = readFileSync(path.join(folder, name), "utf8");
  const workflow = workflowSchema.parse(parse(text));
  return { text, workflow, jobs: Object.entries(workflow.jobs) };
}

const isCheckout = (uses: string): boolean => uses.startsWith("actions/checkout@");
const allows = (job: Job): boolean => job.steps.some((step) => step.with?.["allow-forks"] === true);
const isHosted = (job: Job): boolean => job["runs-on"] === "ubuntu-latest";

it("every file is known here, and no other", () => {
  expect(names).toEqual(Object.keys(EXPECTED));
});

it("the documented permissions are those of the files", () => {
  const docs = readFileSync(path.join(folder, "..", "docs", "workflows.md"), "utf8");
  let file = "";
  const rows = [...docs.matchAll(/^\| (?:`([\w-]+\.yml)` )?\| `([\w-]+)` \| on (your|GitHub)\S* ?\w* \| (.*) \|$/gm)];
  const found = rows.map(([, name, job, where, permissions = ""]) => {
    file = name ?? file;
    const granted = [...permissions.matchAll(/`([\w-]+): (\w+)`/g)].map(([, scope, level]) => [scope, level]);
    return [`${file} ${job}`, where === "your" ? "yours" : "hosted", Object.fromEntries(granted)];
  });
  const expected = Object.entries(EXPECTED).flatMap(([name, { jobs }]) =>
    Object.entries(jobs).map(([job, [where, permissions]]) => [`${name} ${job}`, where, permissions]),
  );
  expect(new Set(found)).toEqual(new Set(expected));
});

it("a report follows the very workflow that measures for forks", () => {
  const { on } = read("fork-report.yml").workflow;
  expect(on["workflow_run"]).toMatchObject({ workflows: [read("fork-measure.yml").workflow.name] });
  const ofFiles = names.map((name) => read(name).workflow.name);
  // Two files that do the same for one or for several machines share their name: one of them is adopted.
  expect(new Set(ofFiles).size).toBe(names.length - 1);
});

describe.each(Object.entries(EXPECTED))("workflows/%s", (name, expected) => {
  const { text, workflow, jobs } = read(name);

  it("starts when it says, and each job has the least it needs", () => {
    expect(workflow.on).toEqual(expected.on);
    const found = jobs.map(([id, job]) => [id, [isHosted(job) ? "hosted" : "yours", job.permissions]]);
    expect(Object.fromEntries(found)).toEqual(expected.jobs);
  });

  it("lets jobs wait in line and cancels none; who shares a machine shares its line", () => {
    const lines = jobs.map(([, job]) => workflow.concurrency ?? job.concurrency);
    expect(lines).not.toContain(undefined);
    for (const [, job] of jobs) {
      // One inside the other with one name would wait for itself.
      expect([workflow.concurrency, job.concurrency]).toContain(undefined);
      const { group } = workflow.concurrency ?? job.concurrency ?? { group: "" };
      const ofMachine =
        job.strategy === undefined ? /^finetune-bench$/ : /^finetune-bench-\$\{\{ matrix\.machine \}\}$/;
      expect(group).toMatch(isHosted(job) ? /^finetune-bench-(?:report|authorize)/ : ofMachine);
    }
  });

  it("pins every action by its whole commit, with the version beside it", () => {
    const uses = [...text.matchAll(/^ +(?:- )?uses: (.*)$/gm)].map(([, value = ""]) => value);
    expect(uses).toHaveLength(jobs.flatMap(([, job]) => job.steps).length);
    for (const line of uses) expect(line).toMatch(/^[\w-]+\/[\w-]+(?:\/authorize)?@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it("leaves no token in a checkout, and checks out nothing where a token may write for strangers", () => {
    expect(workflow.on).not.toHaveProperty("pull_request_target");
    for (const [, job] of jobs) {
      const checkouts = job.steps.filter(({ uses }) => isCheckout(uses));
      expect(checkouts).toHaveLength(isHosted(job) ? 0 : 1);
      for (const step of checkouts) expect(step.with?.["persist-credentials"]).toBe(false);
    }
  });

  it("takes code of forks only where the token can write nothing", () => {
    const all = jobs.map(([, job]) => job);
    for (const job of all.filter(allows)) expect(job.permissions).toEqual(READ);
    const others = all.filter((job) => !isHosted(job) && !allows(job) && job.permissions["contents"] !== "write");
    for (const job of others) expect(job.if).toContain("head.repo.full_name == github.repository");
    expect(others.length > 0).toBe("pull_request" in workflow.on && !all.some(allows));
  });

  it("says how to adopt it, with as many places to change as there are", () => {
    const comment = text.slice(0, text.indexOf("\nname:"));
    const places = [...text.matchAll(/uses: OWNER\//g)].length;
    const often = ["", "", " (twice)", " (three times)"][places] ?? "";
    const what = text.includes("OWNER/finetune-bench/authorize@")
      ? "OWNER/finetune-bench…"
      : "OWNER/finetune-bench@000…";
    expect(comment).toContain(`1. ${what}${often}:`);
    expect(comment).toContain("To adopt it: copy this file to .github/workflows/");
  });
});

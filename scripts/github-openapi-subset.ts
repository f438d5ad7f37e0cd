/**
 * Cuts GitHub's OpenAPI description down to the operations this project uses: test/fixtures/github-openapi.json.
 *
 *     node scripts/github-openapi-subset.ts [api.github.com.json]
 *
 * Without an argument the description is fetched as the npm package named in SOURCE and checked against its hash. The
 * package is 385 MB unpacked, so it is no dependency of this project.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { at, entriesOf, isObject, type Json, type JsonObject, parseJson } from "../test/support/json.ts";

const SOURCE = {
  package: "@octokit/openapi",
  version: "23.0.2",
  integrity: "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
  file: "generated/api.github.com.json",
  license: "MIT",
} as const;

const OPERATIONS = new Set([
  "actions/download-artifact",
  "actions/get-artifact",
  "actions/get-workflow-run",
  "actions/list-artifacts-for-repo",
  "actions/list-jobs-for-workflow-run",
  "actions/list-workflow-run-artifacts",
  "actions/list-workflow-runs-for-repo",
  "checks/create",
  "checks/list-for-ref",
  "checks/update",
  "git/create-blob",
  "git/create-commit",
  "git/create-ref",
  "git/create-tree",
  "git/delete-ref",
  "git/get-blob",
  "git/get-commit",
  "git/get-ref",
  "git/get-tree",
  "git/list-matching-refs",
  "git/update-ref",
  "issues/create",
  "issues/create-comment",
  "issues/delete-comment",
  "issues/get-comment",
  "issues/list-comments",
  "issues/list-for-repo",
  "issues/update",
  "issues/update-comment",
  "pulls/get",
  "pulls/list",
  "rate-limit/get",
  "reactions/create-for-issue-comment",
  "repos/download-tarball-archive",
  "repos/get",
  "repos/get-branch",
  "repos/get-collaborator-permission-level",
  "users/get-authenticated",
]);

/** Prose and examples: four fifths of the description, and nothing a validator reads. */
const DROPPED = new Set(["example", "examples", "externalDocs", "summary", "tags", "title", "deprecated", "default"]);

/** `names` says that the keys of this object are names chosen by the description, not words of OpenAPI. */
function strip(value: Json, names: boolean): Json {
  if (Array.isArray(value)) return value.map((entry) => strip(entry, false));
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const [key, entry] of Object.entries(value)) {
    if (!names && (DROPPED.has(key) || key.startsWith("x-"))) continue;
    // A response must have a description; everywhere else the key is prose.
    if (!names && key === "description") {
      if ("content" in value || "headers" in value || Object.keys(value).length === 1) kept[key] = "";
      continue;
    }
    kept[key] = strip(entry, !names && NAMING.has(key));
  }
  return kept;
}
const NAMING = new Set(["properties", "responses", "schemas", "parameters", "headers", "content", "paths"]);

/** Every `#/components/…` that the value names, directly or through others. */
function reachable(value: Json, components: Json | undefined): JsonObject {
  const kept: { [kind: string]: JsonObject } = {};
  const queue: Json[] = [value];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (Array.isArray(next)) queue.push(...next);
    if (!isObject(next)) continue;
    const [, , kind, name] = typeof next["$ref"] === "string" ? next["$ref"].split("/") : [];
    if (kind !== undefined && name !== undefined && kept[kind]?.[name] === undefined) {
      const component = at(components, kind, name);
      if (component === undefined) throw new Error(`the description names ${kind}/${name} and does not hold it`);
      (kept[kind] ??= {})[name] = strip(component, false);
      queue.push(kept[kind][name] ?? null);
    }
    queue.push(...Object.values(next));
  }
  return kept;
}

function subset(spec: Json): Json {
  const paths: { [path: string]: JsonObject } = {};
  const missing = new Set(OPERATIONS);
  for (const [route, item] of entriesOf(at(spec, "paths"))) {
    for (const [method, operation] of entriesOf(item)) {
      const id = at(operation, "operationId");
      if (typeof id !== "string" || !OPERATIONS.has(id)) continue;
      missing.delete(id);
      (paths[route] ??= {})[method] = strip(operation, false);
    }
  }
  if (missing.size > 0) throw new Error(`not in the description: ${[...missing].join(", ")}`);
  return {
    openapi: at(spec, "openapi") ?? null,
    info: { title: "GitHub REST API, the operations used here", version: SOURCE.version, "x-source": { ...SOURCE } },
    paths,
    components: reachable(paths, at(spec, "components")),
  };
}

async function fetchDescription(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "github-openapi-"));
  try {
    const run = promisify(execFile);
    await run("npm", ["pack", `${SOURCE.package}@${SOURCE.version}`], { cwd: folder });
    const archive = path.join(folder, `${SOURCE.package.slice(1).replace("/", "-")}-${SOURCE.version}.tgz`);
    const hash = createHash("sha512")
      .update(await readFile(archive))
      .digest("base64");
    if (`sha512-${hash}` !== SOURCE.integrity) throw new Error(`${archive} has hash sha512-${hash}`);
    await run("tar", ["-xzf", archive, `package/${SOURCE.file}`], { cwd: folder });
    return await readFile(path.join(folder, "package", SOURCE.file), "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const file = process.argv[2];
const spec = parseJson(file === undefined ? await fetchDescription() : await readFile(file, "utf8"));
const target = path.join(import.meta.dirname, "..", "test", "fixtures", "github-openapi.json");
const text = `${JSON.stringify(subset(spec))}\n`;
await writeFile(target, text);
console.log(`${target}: ${OPERATIONS.size} operations, ${text.length} bytes`);

/** GitHub's OpenAPI description as a judge: finds the operation of a request, checks what goes in and what comes out. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { Ajv, type ValidateFunction } from "ajv";
import ajvFormats from "ajv-formats";
import { at, entriesOf, isObject, type Json, type JsonObject, parseJson, textAt } from "./json.ts";

const FILE = path.join(import.meta.dirname, "..", "fixtures", "github-openapi.json");

/** Path parameters that may hold slashes. Clients send those as `%2F`. */
const LONG = new Set(["ref", "path", "basehead", "branch"]);

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly check: () => ValidateFunction;
}

/** One operation of the description with its validators, which are compiled when first used. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly route: string;
  readonly parameters: readonly Parameter[];
  readonly bodyRequired: boolean;
  /** Null where the operation takes no body. */
  readonly body: { readonly check: () => ValidateFunction; readonly fields: ReadonlySet<string> | null } | null;
  /** Status → validator of its JSON body; null where a body is not described. */
  readonly responses: ReadonlyMap<number, { readonly check: () => ValidateFunction } | null>;
}

export interface OpenApi {
  readonly operations: readonly Operation[];
  /** The operation of a request and its decoded path parameters. `pathname` is as sent, percent-encoded. */
  find(method: string, pathname: string): { operation: Operation; params: Record<string, string> } | null;
}

/** Complaints about the path, the query and the body of one request. */
export function checkRequest(
  operation: Operation,
  request: { params: Record<string, string>; query: URLSearchParams; body: Json | undefined },
): string[] {
  const found: string[] = [];
  const known = new Set(operation.parameters.filter((entry) => entry.in === "query").map((entry) => entry.name));
  for (const name of request.query.keys()) if (!known.has(name)) found.push(`unknown query parameter ${name}`);
  for (const parameter of operation.parameters) {
    const value = parameter.in === "path" ? request.params[parameter.name] : request.query.get(parameter.name);
    if (parameter.in !== "path" && parameter.in !== "query") continue;
    if (value === undefined || value === null) {
      if (parameter.required) found.push(`missing ${parameter.in} parameter ${parameter.name}`);
      continue;
    }
    const check = parameter.check();
    if (!check({ value })) found.push(...complaints(check, `${parameter.in} parameter ${parameter.name}`));
  }
  if (request.body === undefined) {
    if (operation.bodyRequired) found.push("missing body");
    return found;
  }
  if (operation.body === null) return [...found, "a body is not described"];
  const check = operation.body.check();
  if (!check(request.body)) found.push(...complaints(check, "request body"));
  if (operation.body.fields !== null && isObject(request.body)) {
    for (const field of Object.keys(request.body)) {
      if (!operation.body.fields.has(field)) found.push(`unknown body field ${field}`);
    }
  }
  return found;
}

/** Complaints about one answer. GitHub under-describes its errors, so an undescribed status counts below 400 only. */
export function checkResponse(operation: Operation, status: number, body: unknown): string[] {
  const described = operation.responses.get(status);
  if (described === undefined) return status < 400 ? [`response ${status} is not described`] : [];
  if (described === null) return body === undefined || status >= 300 ? [] : [`response ${status} has no body`];
  const check = described.check();
  return check(body) ? [] : complaints(check, `response ${status}`);
}

function complaints(check: ValidateFunction, where: string): string[] {
  return (check.errors ?? [])
    .slice(0, 8)
    .map((error) => `${where}${error.instancePath} ${error.message ?? ""} ${JSON.stringify(error.params)}`);
}

/** OpenAPI 3.0 says `nullable` beside an enum or a reference; JSON Schema needs the null inside. */
function widenNullable(value: Json): Json {
  if (Array.isArray(value)) return value.map(widenNullable);
  if (!isObject(value)) return value;
  const widened = Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, widenNullable(entry)]));
  if (widened["nullable"] !== true) return widened;
  const { nullable: _, ...schema } = widened;
  return { anyOf: [{ type: "null" }, schema] };
}

function pointer(...keys: string[]): string {
  return `github#/${keys.map((key) => encodeURIComponent(key.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
}

/** Field names a body schema knows, or null where it is open. */
function fieldsOf(
  schema: Json | undefined,
  resolve: (value: Json | undefined) => Json | undefined,
): Set<string> | null {
  const known = resolve(schema);
  if (!isObject(known) || known["additionalProperties"] !== undefined) return null;
  const fields = new Set(Object.keys(at(known, "properties") ?? {}));
  for (const key of ["allOf", "anyOf", "oneOf"]) {
    const branches = known[key];
    if (!Array.isArray(branches)) continue;
    for (const branch of branches) for (const field of fieldsOf(branch, resolve) ?? []) fields.add(field);
  }
  return fields.size === 0 ? null : fields;
}

/** Reads the committed description. Costs about 50 ms; validators are compiled as they are needed. */
export function loadOpenApi(file = FILE): OpenApi {
  const document = widenNullable(parseJson(readFileSync(file, "utf8")));
  const reader: Reader = {
    strict: validators(document, false),
    coercing: validators(document, "array"),
    resolve: (value) => {
      const reference = at(value, "$ref");
      return typeof reference === "string" ? reader.resolve(at(document, ...placeOf(reference))) : value;
    },
  };
  const routes = entriesOf(at(document, "paths")).flatMap(([route, item]) =>
    entriesOf(item).map(([method, value]) => ({
      operation: readOperation(reader, route, method, value),
      pattern: patternOf(route),
    })),
  );
  // The route with more literal parts wins: /issues/comments/{id} before /issues/{number}/comments.
  routes.sort((a, b) => literalParts(b.operation.route) - literalParts(a.operation.route));
  return {
    operations: routes.map((route) => route.operation),
    find(method, pathname) {
      for (const { operation, pattern } of routes) {
        const match = operation.method === method ? pattern.exec(pathname) : null;
        if (match === null) continue;
        const params = Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
        return { operation, params: Object.fromEntries(params) };
      }
      return null;
    },
  };
}

interface Reader {
  readonly strict: (schema: JsonObject) => ValidateFunction;
  readonly coercing: (schema: JsonObject) => ValidateFunction;
  readonly resolve: (value: Json | undefined) => Json | undefined;
}

function readOperation(reader: Reader, route: string, method: string, value: Json): Operation {
  const where = ["paths", route, method];
  const described = at(value, "parameters");
  const bodySchema = at(value, "requestBody", ...JSON_SCHEMA);
  const checkBody = () => reader.strict({ $ref: pointer(...where, "requestBody", ...JSON_SCHEMA) });
  return {
    id: textAt(value, "operationId"),
    method: method.toUpperCase(),
    route,
    parameters: (Array.isArray(described) ? described : []).map((entry, index): Parameter => {
      const home = homeOf(entry, [...where, "parameters", `${index}`]);
      const parameter = reader.resolve(entry);
      return {
        name: textAt(parameter, "name"),
        in: textAt(parameter, "in"),
        required: at(parameter, "required") === true,
        check: () => reader.coercing({ properties: { value: { $ref: pointer(...home, "schema") } } }),
      };
    }),
    bodyRequired: at(value, "requestBody", "required") === true,
    body: bodySchema === undefined ? null : { check: checkBody, fields: fieldsOf(bodySchema, reader.resolve) },
    responses: new Map(
      entriesOf(at(value, "responses")).map(([status, response]) => {
        const home = homeOf(response, [...where, "responses", status]);
        const check = () => reader.strict({ $ref: pointer(...home, ...JSON_SCHEMA) });
        return [Number(status), at(reader.resolve(response), ...JSON_SCHEMA) === undefined ? null : { check }];
      }),
    ),
  };
}

const JSON_SCHEMA = ["content", "application/json", "schema"] as const;

function placeOf(reference: string): string[] {
  return reference.slice(2).split("/");
}

function homeOf(value: Json, written: string[]): string[] {
  const reference = at(value, "$ref");
  return typeof reference === "string" ? placeOf(reference) : written;
}

function literalParts(route: string): number {
  return route.split("/").filter((part) => !part.startsWith("{")).length;
}

function patternOf(route: string): RegExp {
  const escaped = route.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
  const groups = escaped.replaceAll(
    /\{(\w+)\}/g,
    (_, name: string) => `(?<${name}>${LONG.has(name) ? ".+" : "[^/]+"})`,
  );
  return new RegExp(`^${groups}$`);
}

function validators(document: Json, coerceTypes: false | "array"): (schema: JsonObject) => ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true, coerceTypes, allowUnionTypes: true });
  ajvFormats.default(ajv, { mode: "fast" });
  for (const format of ["repo.nwo", "timestamp", "ipv6-cidr"]) ajv.addFormat(format, true);
  if (!isObject(document)) throw new Error("the description is no object");
  ajv.addSchema(document, "github", undefined, false);
  const compiled = new Map<string, ValidateFunction>();
  return (schema) => {
    const key = JSON.stringify(schema);
    const known = compiled.get(key) ?? ajv.compile(schema);
    compiled.set(key, known);
    return known;
  };
}

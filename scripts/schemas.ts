/** Writes schema/: the JSON Schemas of the zod sources, and the harness's catalogue of workloads. `--check` only compares. */
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { acceptFileSchema } from "../src/core/accept.ts";
import { catalogueSchema, type Catalogue, type Workload } from "../src/core/catalogue.ts";
import { probeSchema } from "../src/core/environment.ts";
import { jointReportSchema } from "../src/core/joint.ts";
import { judgeInputSchema, judgeOutputSchema } from "../src/core/judge-protocol.ts";
import { eventSchema } from "../src/core/protocol.ts";
import { reportSchema } from "../src/core/report.ts";
import { jobResultSchema } from "../src/core/result.ts";
import { entrySchemas, suiteSchema } from "../src/core/suite.ts";
import { findPython } from "../src/io/python.ts";

const root = path.dirname(import.meta.dirname);

type JsonSchema = Record<string, unknown>;

const TYPES = { int: "integer", float: "number", bool: "boolean", str: "string" } as const;

/** One workload's entry: its name fixed, its presets, sizes and hyperparameters offered by name. */
function workloadEntry(workload: Workload): JsonSchema {
  const { $schema: _, ...entry } = z.toJSONSchema(entrySchemas.workload, { io: "input" });
  return {
    ...entry,
    properties: {
      ...entry.properties,
      workload: { const: workload.name, description: workload.summary },
      preset: { enum: Object.keys(workload.presets), default: "strict" },
      size: { enum: workload.sizes, description: "tiny: seconds on two processor cores; real: the full model" },
      set: {
        type: "object",
        additionalProperties: false,
        properties: Object.fromEntries(
          workload.hyperparameters.map((parameter) => [
            parameter.name,
            {
              type: TYPES[parameter.type],
              description: `${parameter.help} (tiny: ${String(parameter.default.tiny)}, real: ${String(parameter.default.real)})`,
              minimum: parameter.minimum,
              exclusiveMaximum: parameter.below,
              enum: parameter.choices,
            },
          ]),
        ),
      },
    },
  };
}

function suiteJsonSchema(catalogue: Catalogue): JsonSchema {
  const suite = z.toJSONSchema(suiteSchema, { io: "input" });
  const { $schema: _, ...command } = z.toJSONSchema(entrySchemas.command, { io: "input" });
  return {
    ...suite,
    title: "finetune-bench suite",
    properties: {
      ...suite.properties,
      benchmarks: {
        type: "array",
        minItems: 1,
        items: { anyOf: [...catalogue.workloads.map(workloadEntry), command] },
      },
    },
  };
}

async function harnessCatalogue(): Promise<Catalogue> {
  const python = await findPython({});
  const text = execFileSync(python.executable, ["-m", "finetune_bench", "list"], {
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: path.join(root, "harness", "src"), PYTHONDONTWRITEBYTECODE: "1" },
  });
  return catalogueSchema.parse(JSON.parse(text));
}

const catalogue = await harnessCatalogue();
const files: Record<string, unknown> = {
  "workloads.json": catalogue,
  "suite.schema.json": suiteJsonSchema(catalogue),
  "accept.schema.json": z.toJSONSchema(acceptFileSchema, { io: "input" }),
  "events.schema.json": z.toJSONSchema(eventSchema, { io: "input" }),
  "probe.schema.json": z.toJSONSchema(probeSchema),
  "result.schema.json": z.toJSONSchema(jobResultSchema),
  "report.schema.json": z.toJSONSchema(reportSchema),
  "joint-report.schema.json": z.toJSONSchema(jointReportSchema),
  "judge-input.schema.json": z.toJSONSchema(judgeInputSchema, { io: "input" }),
  "judge-output.schema.json": z.toJSONSchema(judgeOutputSchema),
};
const check = process.argv.includes("--check");
for (const [name, value] of Object.entries(files)) {
  const file = path.join(root, "schema", name);
  const text = `${JSON.stringify(value, null, 2)}\n`;
  const present = await readFile(file, "utf8").catch(() => "");
  if (present === text) continue;
  if (check) {
    console.error(`schema/${name} is not what its source says: run npm run schemas and commit it`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    console.log(`wrote schema/${name}`);
  }
}

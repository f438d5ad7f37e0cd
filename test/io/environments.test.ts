import { rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watcherPython } from "../../src/io/energy-environment.ts";
import { environmentDamage } from "../../src/io/environment-damage.ts";
import { ensureEnvironment, findEnvironment } from "../../src/io/python-environment.ts";
import { attempts, ready, workbench, type Asked, type Workbench } from "../support/environments.ts";
import { makeWheels } from "../support/package-index.ts";
import { m4Max, probeOf } from "../support/probes.ts";

const harness = path.resolve(import.meta.dirname, "..", "..", "harness");
const silent = { phase: () => {}, output: () => {}, runs: () => {}, end: () => {} };

let bench: Workbench;

beforeAll(async () => {
  bench = await workbench({ simple: ["demo==1.0:helper", "helper==2.0"] });
  await makeWheels(path.join(bench.folder, "wheels"), bench.python.executable, ["zeus_apple_silicon==1.1.0"]);
});
afterAll(() => bench[Symbol.asyncDispose]());

interface Made {
  readonly request: Asked;
  readonly python: string;
  /** Of its packages. */
  readonly folder: string;
  damage(): Promise<string | null>;
}

async function make(): Promise<Made> {
  const request = await bench.ask("demo==1.0\n");
  const { python, versions } = ready(await ensureEnvironment(request));
  const { stdout } = await execa(python, ["-c", "import helper; print(helper.__file__)"]);
  const damage = () => environmentDamage({ python, versions, env: request.env });
  return { request, python, folder: path.dirname(stdout), damage };
}

const CASES: readonly [string, (made: Made) => Promise<unknown>, RegExp][] = [
  [
    "a file that was deleted",
    ({ folder }) => rm(path.join(folder, "helper.py")),
    /site-packages\/helper\.py is missing$/,
  ],
  ["a file that was cut", ({ folder }) => truncate(path.join(folder, "demo.py"), 3), /demo\.py has another size$/],
  [
    "a package that was removed",
    ({ folder }) => rm(path.join(folder, "helper-2.0.dist-info"), { recursive: true }),
    /^helper==2\.0 is no longer in it$/,
  ],
  ["a Python that does not start", ({ python }) => replaced(python, "#!/bin/false\n"), /^its Python does not start$/],
];

async function replaced(file: string, text: string): Promise<void> {
  await rm(file);
  await writeFile(file, text, { mode: 0o755 });
}

test.each(CASES)("%s is noticed", async (_, spoil, words) => {
  const made = await make();
  expect(await made.damage()).toBeNull();
  await spoil(made);
  expect(await made.damage()).toMatch(words);
});

test("what Python writes beside its sources, and packages that were added, are no damage", async () => {
  const made = await make();
  await execa(made.python, ["-c", "import demo, helper"]);
  await rm(path.join(made.folder, "__pycache__"), { recursive: true });
  await writeFile(path.join(made.folder, "mine.py"), "");
  expect(await made.damage()).toBeNull();
});

test("a damaged environment is made anew once, also where two jobs notice it", async () => {
  const { request, python, folder } = await make();
  await rm(path.join(folder, "helper.py"));
  const both = await Promise.all([1, 2].map(() => ensureEnvironment({ ...request, damaged: python })));
  const [one, two] = both.map(ready);
  expect(one?.created).toBe(two?.created === false);
  expect(one?.python).toBe(two?.python);
  expect(one?.python).not.toBe(python);
  expect(await attempts(request.cache)).toHaveLength(1);
  expect((await findEnvironment(request))?.python).toBe(one?.python);
});

interface Given {
  readonly probe?: typeof m4Max;
  readonly requested?: string;
  readonly tag?: string;
  readonly links?: string;
}

/** On a Mac whose wheels are at hand, unless told otherwise. */
async function ask({ probe = m4Max, requested, tag = "cp312", links = "wheels" }: Given = {}) {
  const told: string[] = [];
  const forbidden = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: encodeURI(`file://${path.join(bench.folder, links)}`) };
  const host = {
    harness,
    cache: path.join(bench.folder, `cache ${links} ${tag}`),
    env: bench.variables(forbidden),
    signal: new AbortController().signal,
    progress: { ...silent, line: (text: string) => void told.push(text) },
  };
  const machine = {
    python: { ...bench.python, tag },
    probe: { ...probe, tools: { ...probe.tools, uv: bench.uv } },
  };
  return { python: await watcherPython({ python: requested ?? null }, host, machine), told };
}

test("on a Mac it is one that reads the energy of Apple's chips", async () => {
  const { python, told } = await ask();
  const { stdout } = await execa(python, ["-c", "import zeus_apple_silicon as zeus; print(zeus.__version__)"]);
  expect(stdout).toBe("1.1.0");
  expect(told[0]).toMatch(/^making the environment energy with uv: about 97.66 KiB to download/);
  expect(await ask()).toEqual({ python, told: [] });
});

test("where it cannot be had the machine's own watches, with a word", async () => {
  const { python, told } = await ask({ links: "no wheels" });
  expect(python).toBe(bench.python.executable);
  expect(told.at(-1)).toMatch(/^energy is read where macmon is installed, else not at all: environment energy: /);
});

test("no other system, no interpreter without a wheel, and no interpreter that the user named gets it", async () => {
  const own = { python: bench.python.executable, told: [] };
  expect(await ask({ probe: probeOf() })).toEqual(own);
  expect(await ask({ tag: "cp314" })).toEqual(own);
  expect(await ask({ requested: "/opt/python" })).toEqual(own);
});

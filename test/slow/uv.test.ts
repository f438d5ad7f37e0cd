/** The real uv in the places where the other tests have a stand-in: everything but its download of an interpreter. */
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fetchPython } from "../../src/io/python-fetch.ts";
import { ensureEnvironment } from "../../src/io/python-environment.ts";
import { CLOSED, failed, ready, workbench, type Workbench } from "../support/environments.ts";
import { makeWheels } from "../support/package-index.ts";

const PINNED = "uv==0.13.9";

let bench: Workbench;
let uv: string;

beforeAll(async () => {
  bench = await workbench({
    simple: ["demo==1.0:helper", "helper==2.0", "torch==2.13.0"],
    "whl/cpu": ["torch==2.13.0+cpu:helper"],
  });
  const venv = path.join(bench.folder, "uv environment");
  await execa(bench.python.executable, ["-m", "venv", venv]);
  await execa(path.join(venv, "bin", "python"), ["-m", "pip", "install", "--quiet", "--no-deps", PINNED]);
  uv = path.join(venv, "bin", "uv");
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Variables of a machine that knows the workbench's index alone, as uv reads them. */
function variables(more: Record<string, string> = {}): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: bench.folder,
    UV_DEFAULT_INDEX: `${bench.index.url}/simple`,
    ...more,
  };
}

test("makes an environment and fills it", async () => {
  const request = await bench.ask("demo==1.0\n", { uv, env: variables() });
  const made = ready(await ensureEnvironment(request));
  expect(made.versions).toBe("demo==1.0\nhelper==2.0\n");
  expect(request.told[0]).toContain("with uv");
  const { stdout } = await execa(made.python, ["-c", "import demo; print(demo.__version__)"]);
  expect(stdout).toBe("1.0");
});

test.each<Record<string, string>>([{ UV_NO_INDEX: "1" }, { PIP_NO_INDEX: "1" }, { UV_OFFLINE: "1" }])(
  "takes a whole environment, torch's own build with it, from a folder of wheels under %j",
  async (forbidden) => {
    const wheels = path.join(bench.folder, "wheelhouse");
    await makeWheels(wheels, bench.python.executable, ["torch==2.13.0+cpu:helper", "helper==2.0"]);
    const env = { PATH: process.env["PATH"] ?? "", HOME: bench.folder, UV_FIND_LINKS: wheels, ...forbidden };
    const request = await bench.ask("torch==2.13.0\n", { uv, env });
    const asked = bench.index.asked.length;
    const made = ready(await ensureEnvironment({ ...request, spec: { ...request.spec, torch: "cpu" } }));
    expect(made.versions).toBe("helper==2.0\ntorch==2.13.0+cpu\n");
    expect(bench.index.asked).toHaveLength(asked);
  },
);

test("makes without the network what uv's own cache holds from an earlier day", async () => {
  const known = variables({
    UV_CACHE_DIR: path.join(bench.folder, "uv cache"),
    FINETUNE_BENCH_TORCH_INDEX: `${bench.index.url}/whl`,
  });
  const make = async (env: Record<string, string>) => {
    const request = await bench.ask("torch==2.13.0\n", { uv, env });
    return ensureEnvironment({ ...request, spec: { ...request.spec, torch: "cpu" } });
  };
  expect(ready(await make(known)).versions).toContain("torch==2.13.0+cpu");
  const asked = bench.index.asked.length;
  expect(ready(await make({ ...known, UV_OFFLINE: "1" })).versions).toContain("torch==2.13.0+cpu");
  expect(bench.index.asked).toHaveLength(asked);
  const nothing = { ...known, UV_CACHE_DIR: path.join(bench.folder, "empty"), UV_OFFLINE: "1" };
  expect(failed(await make(nothing)).message).toMatch(/no index may be asked/);
});

test("says that the index cannot be reached", async () => {
  const request = await bench.ask("demo==1.0\n", { uv, env: variables({ UV_DEFAULT_INDEX: CLOSED }) });
  expect(failed(await ensureEnvironment(request)).message).toContain("the package index cannot be reached");
});

test.each([
  [{ UV_OFFLINE: "1" }, /Network connectivity is disabled/],
  [{ UV_PYTHON_DOWNLOADS: "never" }, /Python downloads are not allowed/],
  [{ UV_PYTHON_INSTALL_MIRROR: CLOSED }, /Failed to download/],
])("fetches no interpreter under %j, and says so in one line", async (more, words) => {
  const told: string[] = [];
  const cache = path.join(bench.folder, `cache ${Object.keys(more).join()}`);
  const fetched = await fetchPython({ uv, cache, env: variables(more), progress: (line) => told.push(line) });
  expect(told).toEqual([expect.stringContaining("uv fetches Python 3.13")]);
  if ("file" in fetched) throw new Error(`it found ${fetched.file}`);
  expect(fetched.problem).toMatch(words);
  expect(fetched.problem).not.toContain("\n");
});

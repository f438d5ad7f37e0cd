import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TorchBuild } from "../../src/core/lock.ts";
import { ensureEnvironment } from "../../src/io/python-environment.ts";
import { CLOSED, failed, ready, workbench, type Asked, type Workbench } from "../support/environments.ts";
import { makeWheels } from "../support/package-index.ts";

let bench: Workbench;

beforeAll(async () => {
  bench = await workbench({
    simple: ["helper==2.0", "torch==2.13.0:helper", "cudalib==9.0"],
    "whl/cpu": ["torch==2.13.0+cpu:helper"],
    "whl/cu126": ["torch==2.13.0+cu126:helper,cudalib"],
    "broken/cpu": ["torch==2.12.0+cpu"],
  });
});

afterAll(() => bench[Symbol.asyncDispose]());

async function askTorch(torch: TorchBuild, more: Record<string, string> = {}): Promise<Asked> {
  const request = await bench.ask("torch==2.13.0\nhelper==2.0\n", { env: bench.variables(more) });
  return { ...request, spec: { ...request.spec, torch } };
}

test("for processors it comes from PyTorch's index, everything else from the package index", async () => {
  const { versions } = ready(await ensureEnvironment(await askTorch("cpu")));
  expect(versions).toBe("helper==2.0\ntorch==2.13.0+cpu\n");
});

test("it comes first from the wheels that the user points to", async () => {
  const wheels = path.join(bench.folder, "wheels");
  await makeWheels(wheels, bench.python.executable, ["torch==2.13.0+mine:helper"]);
  const links = encodeURI(`file://${wheels}`);
  for (const more of [{ UV_FIND_LINKS: links }, { PIP_FIND_LINKS: links }]) {
    const { versions } = ready(await ensureEnvironment(await askTorch("cpu", more)));
    expect(versions).toContain("torch==2.13.0+mine\n");
  }
});

test("without an answer of PyTorch's index it is PyPI's build, with a word about its size", async () => {
  const request = await askTorch("cpu", { FINETUNE_BENCH_TORCH_INDEX: CLOSED });
  expect(ready(await ensureEnvironment(request)).versions).toContain("torch==2.13.0\n");
  expect(request.told[1]).toMatch(/^PyTorch's index for processors does not answer \(.*refused/);
  expect(request.told[2]).toMatch(/^taking torch from PyPI.*CUDA libraries.*GiB on disk/);
});

test("an index without the pinned version is passed over in the same way", async () => {
  const request = await askTorch("cpu", { FINETUNE_BENCH_TORCH_INDEX: `${bench.index.url}/broken/` });
  expect(ready(await ensureEnvironment(request)).versions).toContain("torch==2.13.0\n");
  expect(request.told[1]).toMatch(/^torch could not be had from .*broken\/cpu/);
});

test("who forbids indexes is asked for none", async () => {
  const wheels = path.join(bench.folder, "all wheels");
  await makeWheels(wheels, bench.python.executable, ["torch==2.13.0", "helper==2.0"]);
  const seen = bench.index.asked.length;
  const offline = { PIP_NO_INDEX: "1", PIP_FIND_LINKS: encodeURI(`file://${wheels}`) };
  ready(await ensureEnvironment(await askTorch("cpu", offline)));
  expect(bench.index.asked.slice(seen)).toEqual([]);
});

test("without an index and without its wheel it is missing: nobody speaks of PyPI's build", async () => {
  const wheels = path.join(bench.folder, "wheels without torch");
  await makeWheels(wheels, bench.python.executable, ["helper==2.0"]);
  const seen = bench.index.asked.length;
  const request = await askTorch("cpu", { PIP_NO_INDEX: "1", PIP_FIND_LINKS: encodeURI(`file://${wheels}`) });
  const { message } = failed(await ensureEnvironment(request));
  expect(message).toMatch(/no index may be asked .*not among the wheels at hand/);
  expect(message).toContain("torch==2.13.0");
  expect(request.told).toHaveLength(1);
  expect(bench.index.asked.slice(seen)).toEqual([]);
});

test("for a driver it comes from PyTorch's index alone", async () => {
  const { versions } = ready(await ensureEnvironment(await askTorch("cu126")));
  expect(versions).toBe("cudalib==9.0\nhelper==2.0\ntorch==2.13.0+cu126\n");
  const { message } = failed(await ensureEnvironment(await askTorch("cu126", { FINETUNE_BENCH_TORCH_INDEX: CLOSED })));
  expect(message).toMatch(/cu126 alone, which does not answer.*PIP_FIND_LINKS.*FINETUNE_BENCH_TORCH_INDEX/s);
});

test("PyPI's own build needs no other index", async () => {
  const request = await askTorch("pypi", { FINETUNE_BENCH_TORCH_INDEX: CLOSED });
  expect(ready(await ensureEnvironment(request)).versions).toContain("torch==2.13.0\n");
  expect(request.told).toHaveLength(1);
});

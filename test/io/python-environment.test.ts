import { existsSync } from "node:fs";
import { spawn } from "node:child_process";
import { mkdir, rm, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureEnvironment, findEnvironment, ownEnvironment } from "../../src/io/python-environment.ts";
import { attempts, CLOSED, failed, lockOf, ready, workbench, type Workbench } from "../support/environments.ts";
import { withVariable } from "../support/process-tree.ts";

const SLOW = "/simple/slow-1.0-py3-none-any.whl";
const MAKER = path.join(import.meta.dirname, "../support/ensure-environment.ts");

let bench: Workbench;

beforeAll(async () => {
  bench = await workbench({ simple: ["demo==1.0:helper", "helper==2.0", "slow==1.0"] });
});

afterAll(() => bench[Symbol.asyncDispose]());

describe("an environment", () => {
  test("is made once and then found without the network, also from another checkout", async () => {
    const request = await bench.ask("demo==1.0\n");
    expect(await findEnvironment(request)).toBeNull();
    const first = ready(await ensureEnvironment(request));
    expect(first.created).toBe(true);
    expect(first.versions).toMatch(/^demo==1\.0\nhelper==2\.0\n$/);
    const { stdout } = await execa(first.python, ["-c", "import demo, helper; print(demo.__version__)"]);
    expect(stdout).toBe("1.0");
    expect(request.told[0]).toMatch(/^making the environment requirements with uv: about .* to download/);

    const checkout = path.join(bench.folder, "another checkout");
    await mkdir(checkout);
    await writeFile(path.join(checkout, "requirements.txt"), "demo==1.0\n");
    const again = await ensureEnvironment({
      ...request,
      spec: { ...request.spec, requirements: path.join(checkout, "requirements.txt") },
      env: bench.variables({ PIP_INDEX_URL: CLOSED, UV_DEFAULT_INDEX: CLOSED }),
    });
    expect(again).toEqual({ ...first, created: false });

    // The interpreter behind it goes, as after an update of the system: then it is made anew.
    await rm(first.python);
    expect(await findEnvironment(request)).toBeNull();
    const renewed = ready(await ensureEnvironment(request));
    expect(renewed.created).toBe(true);
    expect(renewed.python).not.toBe(first.python);
    expect(await attempts(request.cache)).toHaveLength(1);
  });

  test("another content of the file, Python or driver is another environment", async () => {
    const request = await bench.ask("helper==2.0\n");
    ready(await ensureEnvironment(request));
    expect(await findEnvironment(request)).not.toBeNull();
    await writeFile(request.spec.requirements, "helper==2.0\nslow==1.0\n");
    expect(await findEnvironment(request)).toBeNull();
    await writeFile(request.spec.requirements, "helper==2.0\n");
    expect(await findEnvironment({ ...request, python: { ...bench.python, tag: "cp399" } })).toBeNull();
    expect(await findEnvironment({ ...request, spec: { ...request.spec, driverMajor: "580" } })).toBeNull();
  });

  test("survives a kill in the middle: the next start recovers by itself, here with pip", async () => {
    const env = bench.variables({ UV_DEFAULT_INDEX: "" });
    const request = await bench.ask("slow==1.0\n", { uv: null, env, staleAfterMs: 3000 });
    bench.index.stalled.add(path.basename(SLOW));
    const argument = { requirements: request.spec.requirements, uv: null, cache: request.cache, env };
    const seen = bench.index.asked.length;
    const child = spawn(process.execPath, [MAKER, JSON.stringify(argument)], { stdio: "ignore" });
    await expect.poll(() => bench.index.asked.slice(seen), { timeout: 50_000 }).toContain(SLOW);
    child.kill("SIGKILL");
    const [unfinished] = await attempts(request.cache);
    expect(unfinished).toMatch(/^[0-9a-f]{8}$/);
    expect(await findEnvironment(request)).toBeNull();

    bench.index.stalled.clear();
    // As if it had been killed just after it renewed its lock.
    await utimes(await lockOf(request.cache), new Date(), new Date());
    const outcome = ready(await ensureEnvironment(request));
    expect(outcome.created).toBe(true);
    expect(outcome.versions).toMatch(/^pip==.*\n(?:setuptools==.*\n)?slow==1\.0\n$/);
    expect(await attempts(request.cache)).not.toContain(unfinished);
    // The killed process held the lock, which had to go stale first.
    expect(request.told[0]).toMatch(/^another process is making the environment/);
    expect(request.told[1]).toMatch(/ with pip: /);
  });

  test("is made by one of two processes; the other waits and finds it", async () => {
    const request = await bench.ask("demo==1.0\n");
    const before = bench.index.asked.filter((url) => url.includes("demo-1.0")).length;
    const { uv, cache, env } = request;
    const argument = JSON.stringify({ requirements: request.spec.requirements, uv, cache, env });
    const release = Promise.withResolvers<void>();
    bench.index.held.set("demo-1.0-py3-none-any.whl", release.promise);
    const outputs = await Promise.all(
      [1, 2].map(() => {
        const maker = execa(process.execPath, [MAKER, argument], { lines: true });
        maker.stdout.on("data", (text) => String(text).includes("another process") && release.resolve());
        return maker;
      }),
    );
    bench.index.held.clear();
    const created = outputs.map(({ stdout }) => stdout.at(-1)?.includes('"created":true') === true);
    expect(created.filter(Boolean)).toHaveLength(1);
    const waiting = outputs[created.indexOf(false)]?.stdout ?? [];
    expect(waiting[0]).toMatch(/^another process is making the environment requirements; waiting for it/);
    expect(bench.index.asked.filter((url) => url.includes("demo-1.0"))).toHaveLength(before + 1);
  });

  test("is waited for where another process took over, as after a long sleep of the machine", async () => {
    const request = await bench.ask("slow==1.0\n", { staleAfterMs: 8000 });
    bench.index.stalled.add(path.basename(SLOW));
    const seen = bench.index.asked.length;
    const making = ensureEnvironment(request);
    await expect.poll(() => bench.index.asked.slice(seen), { timeout: 50_000 }).toContain(SLOW);
    const { uv, cache, env } = request;
    const argument = JSON.stringify({ requirements: request.spec.requirements, uv, cache, env });
    const other = execa(process.execPath, [MAKER, argument], { lines: true });
    await new Promise((resolve) => void other.stdout.once("data", resolve));
    bench.index.stalled.clear();
    // As if nobody had renewed it for a minute.
    await utimes(await lockOf(cache), new Date(), new Date(Date.now() - 60_000));
    const [own, { stdout }] = [ready(await making), await other];
    expect(JSON.parse(stdout.at(-1) ?? "")).toMatchObject({ status: "ready", python: own.python });
    expect(request.told).toContainEqual(expect.stringMatching(/^another process took over making the environment/));
    expect(await attempts(cache)).toEqual([path.basename(path.dirname(path.dirname(own.python)))]);
  });

  test("is cancelled at once, leaving no installer behind", async () => {
    const stop = new AbortController();
    const mark = `cancel-${process.pid}`;
    const env = bench.variables({ FINETUNE_BENCH_MARK: mark });
    const request = await bench.ask("slow==1.0\n", { signal: stop.signal, env });
    bench.index.stalled.add(path.basename(SLOW));
    const seen = bench.index.asked.length;
    const making = ensureEnvironment(request);
    await expect.poll(() => bench.index.asked.slice(seen), { timeout: 50_000 }).toContain(SLOW);
    expect(await withVariable("FINETUNE_BENCH_MARK", mark)).not.toEqual([]);
    stop.abort();
    expect(failed(await making)).toMatchObject({ reason: "cancelled" });
    expect(await withVariable("FINETUNE_BENCH_MARK", mark)).toEqual([]);
    bench.index.stalled.clear();
    expect(failed(await ensureEnvironment(request)).reason).toBe("cancelled");
  });

  test("is left to pip where only pip is set up for an index of the user's own", async () => {
    // A user's pip.conf names the index, and sends packages past every environment.
    const home = path.join(bench.folder, "somebody");
    const config = path.join(home, ".config", "pip", "pip.conf");
    await mkdir(path.dirname(config), { recursive: true });
    const astray = ["user = true", `target = ${home}/astray`, `prefix = ${home}/astray`, "no-deps = true"].join("\n");
    await writeFile(config, `[global]\nindex-url = ${bench.index.url}/simple\n[install]\n${astray}\n`);
    const unset = { PIP_CONFIG_FILE: "", PIP_INDEX_URL: "", UV_DEFAULT_INDEX: "" };
    const env = bench.variables({ ...unset, HOME: home });
    const request = await bench.ask("demo==1.0\n", { uv: path.join(bench.folder, "no-such-uv"), env });
    expect(ready(await ensureEnvironment(request)).versions).toMatch(/^demo==1\.0\nhelper==2\.0\n/);
    expect(request.told[0]).toContain(`with pip, which ${config} sets up and nothing uv: `);
    expect(existsSync(path.join(home, "astray"))).toBe(false);
  });
});

describe("a failure is a value that says what to do", () => {
  test("no space", async () => {
    const request = await bench.ask("demo==1.0\n");
    const size = { downloadBytes: 1e15, diskBytes: 3e15 };
    const guess = { ...request, spec: { ...request.spec, size: { ...size, isGuess: true as const } } };
    expect(failed(await ensureEnvironment(guess)).message).toMatch(/requirements may need .*GiB in /);
    const outcome = failed(await ensureEnvironment({ ...request, spec: { ...request.spec, size } }));
    expect(outcome.reason).toBe("environment");
    expect(outcome.message).toMatch(/needs .*GiB in .*envs.*GiB are free there.*FINETUNE_BENCH_CACHE/);
    expect(await attempts(request.cache)).toEqual([]);
  });

  test("no index", async () => {
    const request = await bench.ask("demo==1.0\n", { env: bench.variables({ UV_DEFAULT_INDEX: CLOSED }) });
    const { message } = failed(await ensureEnvironment(request));
    expect(message).toMatch(
      /^environment requirements: installing packages ended with 1: the package index cannot be reached/,
    );
    expect(message).toContain("PIP_INDEX_URL");
    expect(message).toContain("No matching distribution found for demo==1.0");
    expect(await attempts(request.cache)).toEqual([]);
  });

  test("no such version, and a file that cannot be read", async () => {
    const request = await bench.ask("demo==9.9\n");
    expect(failed(await ensureEnvironment(request)).message).toContain(
      "there is no package for this Python and system",
    );
    const spec = ownEnvironment(path.join(bench.folder, "missing.txt"));
    expect(failed(await ensureEnvironment({ ...request, spec })).message).toMatch(/missing\.txt cannot be read/);
  });

  test("an installer that cannot be started", async () => {
    const request = await bench.ask("demo==1.0\n", { uv: path.join(bench.folder, "no-such-uv") });
    expect(failed(await ensureEnvironment(request)).message).toMatch(/making the virtual environment.*ENOENT/s);
  });

  test("a cache that cannot be written", async () => {
    const blocked = path.join(bench.folder, "a file");
    await writeFile(blocked, "");
    const request = await bench.ask("demo==1.0\n", { cache: blocked });
    expect(failed(await ensureEnvironment(request)).message).toMatch(
      /the cache folder .*a file cannot be used \((?:ENOTDIR|EEXIST).*set FINETUNE_BENCH_CACHE to one that can be written/,
    );
  });

  test.runIf(existsSync("/proc/self"))("a cache below /proc, where no folder can be made", async () => {
    const request = await bench.ask("demo==1.0\n", { cache: "/proc/finetune-bench" });
    expect(failed(await ensureEnvironment(request)).message).toContain(
      "the cache folder /proc/finetune-bench cannot be used (ENOENT",
    );
  });
});

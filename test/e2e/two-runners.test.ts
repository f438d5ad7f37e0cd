/** Two runners on one machine: what they measure never overlaps, and nothing else of a job keeps the other waiting. */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { BenchProject } from "../support/bench-project.ts";
import { listen } from "../support/loopback.ts";
import { localProject, noisySuite, QUIET_PYTHON } from "../support/local-command.ts";
import { holdLock } from "../support/lock-holder.ts";
import { NOTING_TRAINING, readMoments } from "../support/moments.ts";

const WAITING = /waiting for the processors: .* measures on/;

describe("two jobs of the shipped action at the same time on one machine", () => {
  it("measure in turn, run by run, and both come to their end", async () => {
    await using first = await BenchProject.create({ benchmarks: ["one", "two"] });
    await using second = await BenchProject.create({ benchmarks: ["three"] });
    for (const project of [first, second]) project.extraFiles["train.py"] = NOTING_TRAINING;
    const env = { FINETUNE_BENCH_LOCK_DIR: first.locks };
    // Both begin to measure at the same moment, however long the one took to get there.
    await using other = await holdLock(first.locks);
    const [here, there] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const looking = ({ resolve }: typeof here) => ({
      env,
      cancelWhen(log: string) {
        if (WAITING.test(log)) resolve();
        return false;
      },
    });
    const running = Promise.all([first.push({}, looking(here)), second.push({}, looking(there))]);
    await Promise.race([running, Promise.all([here.promise, there.promise])]);
    await other[Symbol.asyncDispose]();
    const jobs = await running;
    for (const { result } of jobs) {
      expect(result.conclusion, result.log).toBe("success");
      expect(result.orphans).toEqual([]);
    }
    const moments = await readMoments(first.locks);
    expect(moments).toHaveLength(2 * (2 * 3 + 3));
    for (let index = 0; index < moments.length; index += 2) {
      expect(moments[index]).toEqual({ what: "began", events: moments[index + 1]?.events });
      expect(moments[index + 1]?.what).toBe("ended");
    }
    expect(jobs.map(({ result }) => result.log).join("\n")).toMatch(/waiting for the processors: process \d+ measures/);
  });

  it("do not wait for an installation", async () => {
    await using installing = await BenchProject.create();
    await using measuring = await BenchProject.create();
    installing.extraFiles["finetune-bench.yml"] =
      "version: 1\nbenchmarks:\n  - name: steady\n    command: [python3, train.py, steady]\n    backends: [torch-cpu]\n    requirements: requirements.txt\n";
    installing.extraFiles["requirements.txt"] = "a-package==1.0\n";
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    // An index that does not answer before the other job is over.
    await using index = await listen((_request, response) => {
      asked.resolve();
      void release.promise.then(() => response.writeHead(404).end());
    });
    const env = {
      FINETUNE_BENCH_LOCK_DIR: installing.locks,
      PIP_INDEX_URL: `${index.url}/simple`,
      PIP_RETRIES: "0",
      FINETUNE_BENCH_CACHE: `${installing.locks}/cache`,
    };
    const slow = installing.push({}, { env, inputs: { python: "" } });
    await asked.promise;
    const { result } = await measuring.push({}, { env });
    expect(result.conclusion, result.log).toBe("success");
    expect(result.log).not.toContain("waiting for");
    release.resolve();
    expect((await slow).result.conclusion).toBe("failure");
  });
});

describe("the local command beside a job that measures", () => {
  it("waits for its turn, says so, and goes on", async () => {
    await using project = await localProject({ "finetune-bench.yml": noisySuite(["steady"]), "noise.json": "{}" });
    const locks = path.join(project.folder, "locks");
    await mkdir(locks);
    await using other = await holdLock(locks);
    const env = { FINETUNE_BENCH_LOCK_DIR: locks };
    const done = await project.run(["run", "--python", QUIET_PYTHON], env, (child) => {
      child.stderr?.on("data", (text) => {
        if (WAITING.test(String(text))) void other[Symbol.asyncDispose]();
      });
    });
    expect(done.code, done.stderr).toBe(0);
    expect(done.stderr).toMatch(WAITING);
    expect((await project.reports())[0]?.comparisons).not.toEqual([]);
  });

  it("qualifies in its turn too, and stops waiting when it is interrupted", async () => {
    await using project = await localProject({ "finetune-bench.yml": noisySuite(["steady"]), "noise.json": "{}" });
    const locks = path.join(project.folder, "locks");
    await mkdir(locks);
    await using other = await holdLock(locks);
    const env = { FINETUNE_BENCH_LOCK_DIR: locks };
    const done = await project.run(["qualify", "--python", QUIET_PYTHON], env, (child) => {
      child.stderr?.on("data", (text) => {
        if (WAITING.test(String(text))) child.kill("SIGINT");
      });
    });
    expect(done.code, done.stderr).toBe(130);
    expect(done.stderr).toMatch(WAITING);
    expect(other.isRunning()).toBe(true);
  });
});

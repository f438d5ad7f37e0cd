/** The shipped action where a proxy is the only way out, and where it is to be passed by. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { BenchProject } from "../support/bench-project.ts";
import { measureHistory } from "../support/fault-job.ts";
import { Network, startProxy } from "../support/proxy.ts";

const NO_CHANGE = { verdict: "no-change", gate: "pass" };

it("reaches API, archive, artifacts and git through the proxy alone, and never shows its password", async () => {
  const history = await measureHistory();
  const network = new Network();
  await using proxy = await startProxy();
  await using project = await BenchProject.create({ suite: "repeats: 2\n", network });
  await project.github.git.commit("finetune-bench", { [history.path]: history.text }, "one measured job");
  const job = await project.pullRequest(
    7,
    { steady: { seed: "two" } },
    { env: { http_proxy: proxy.url, https_proxy: proxy.url } },
  );
  const { result } = job;
  expect(result.outputs).toMatchObject(NO_CHANGE);
  expect(result.outputs["artifact-url"]).not.toBe("");
  expect(project.github.comments.of(7)).toHaveLength(1);
  expect(project.violations).toEqual([]);

  const direct = network.accepted.filter((port) => !proxy.outgoing.has(port));
  expect(direct).toEqual([]);
  expect(network.accepted.length).toBeGreaterThan(0);
  expect(proxy.refused).toEqual([]);
  const names = new Set(proxy.asked.map((host) => host.split(".")[0]));
  // git asks the host of the API as well: both are one server here.
  expect(names).toEqual(new Set(["api", "codeload", "results"]));
  expect(project.github.count("git")).toBeGreaterThan(0);

  const results = result.outputs["results-path"] ?? "";
  const entries = await readdir(results, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const published = [result.log, result.summary, JSON.stringify(result.annotations), ...texts].join("\n");
  const secrets = [
    proxy.password,
    encodeURIComponent(proxy.password),
    Buffer.from(`runner:${proxy.password}`).toString("base64"),
  ];
  for (const secret of secrets) expect(published).not.toContain(secret);
});

it("says why it reached nothing where the proxy refuses, without its password", async () => {
  const network = new Network();
  await using proxy = await startProxy();
  await using project = await BenchProject.create({ suite: "repeats: 2\njudge: { confirm: never }\n", network });
  const url = proxy.url.replace("runner:", "stranger:");
  const env = { http_proxy: url, https_proxy: url, FINETUNE_BENCH_GITHUB_TIMEOUT: "3s" };
  const { result } = await project.pullRequest(7, { steady: { seed: "two" } }, { env });
  expect(result).toMatchObject({ code: 0, outputs: { verdict: "no-baseline", "artifact-url": "", "comment-url": "" } });
  expect(result.summary).toMatch(/could not be read: GitHub's API did not answer \([^)]*407/);
  expect(network.accepted).toEqual([]);
  expect(proxy.refused.length).toBeGreaterThan(0);
  expect(`${result.log}${result.summary}`).not.toContain(encodeURIComponent(proxy.password));
});

it("leaves the proxy out for what no_proxy names", async () => {
  const history = await measureHistory();
  await using proxy = await startProxy();
  await using project = await BenchProject.create({ suite: "repeats: 2\n" });
  await project.github.git.commit("finetune-bench", { [history.path]: history.text }, "one measured job");
  const env = { http_proxy: proxy.url, https_proxy: proxy.url, no_proxy: "127.0.0.1,.localhost" };
  const { result } = await project.pullRequest(7, { steady: { seed: "two" } }, { env });
  expect(result.outputs).toMatchObject(NO_CHANGE);
  expect(project.github.comments.of(7)).toHaveLength(1);
  expect(proxy.asked).toEqual([]);
});

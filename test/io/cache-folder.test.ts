import { expect, test } from "vitest";
import { cacheFolder } from "../../src/io/cache-folder.ts";

const home = { HOME: "/home/ann" };

test.each<[string, NodeJS.ProcessEnv, NodeJS.Platform, string]>([
  [
    "the user's own choice",
    { ...home, FINETUNE_BENCH_CACHE: "/big/disk", RUNNER_TOOL_CACHE: "/t" },
    "linux",
    "/big/disk",
  ],
  [
    "the runner's tool cache",
    { ...home, RUNNER_TOOL_CACHE: "/opt/hostedtoolcache" },
    "linux",
    "/opt/hostedtoolcache/finetune-bench",
  ],
  ["the user's cache", home, "linux", "/home/ann/.cache/finetune-bench"],
  ["where XDG has it", { ...home, XDG_CACHE_HOME: "/scratch" }, "linux", "/scratch/finetune-bench"],
  [
    "a relative XDG folder counts as none",
    { ...home, XDG_CACHE_HOME: "scratch" },
    "linux",
    "/home/ann/.cache/finetune-bench",
  ],
  [
    "an empty choice counts as none",
    { ...home, FINETUNE_BENCH_CACHE: "", RUNNER_TOOL_CACHE: "" },
    "linux",
    "/home/ann/.cache/finetune-bench",
  ],
  ["a Mac", { HOME: "/Users/ann" }, "darwin", "/Users/ann/Library/Caches/finetune-bench"],
  ["Windows", { LOCALAPPDATA: "/C/Local" }, "win32", "/C/Local/finetune-bench"],
  ["Windows without LOCALAPPDATA", { USERPROFILE: "/C/ann" }, "win32", "/C/ann/AppData/Local/finetune-bench"],
])("%s", (_, env, platform, folder) => {
  expect(cacheFolder(env, platform)).toBe(folder);
});

test("a relative choice is meant from where the program was started", () => {
  expect(cacheFolder({ FINETUNE_BENCH_CACHE: "cache" }, "linux")).toBe(`${process.cwd()}/cache`);
});

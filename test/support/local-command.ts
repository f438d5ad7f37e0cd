/** Runs the shipped local command in a folder of its own, as a person would. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { reportSchema, type Report } from "../../src/core/report.ts";

const root = path.resolve(import.meta.dirname, "..", "..");
export const NOISY_TRAINING = path.join(root, "test", "support", "noisy-training.py");
/** For `--python`: the machine is as quiet as a test says, however busy the real one is. */
export const QUIET_PYTHON = path.join(root, "test", "support", "quiet-python");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LocalProject extends AsyncDisposable {
  readonly folder: string;
  write(file: string, content: string): Promise<void>;
  /** `finetune-bench …` to its end; `started` gets the process. */
  run(args: readonly string[], env?: Record<string, string>, started?: (child: ChildProcess) => void): Promise<Ended>;
  /** Reports of all runs, oldest first. */
  reports(): Promise<Report[]>;
  /** Stored results, as paths. */
  stored(): Promise<string[]>;
}

export async function localProject(files: Readonly<Record<string, string>> = {}): Promise<LocalProject> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "finetune-bench-local-"));
  const locks = await mkdtemp(path.join(os.tmpdir(), "finetune-bench-locks-"));
  const write = async (file: string, content: string): Promise<void> => {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, content);
  };
  for (const [file, content] of Object.entries(files)) await write(file, content);
  const below = (...parts: string[]): string => path.join(folder, ".finetune-bench", ...parts);
  return {
    folder,
    write,
    run(args, env = {}, started = () => {}) {
      const child = spawn(process.execPath, [path.join(root, "dist", "cli.js"), ...args], {
        cwd: folder,
        // Projects stand for machines of their own, which do not wait for each other.
        env: { ...process.env, FINETUNE_BENCH_LOCK_DIR: locks, ...env },
        stdio: ["ignore", "pipe", "pipe"],
      });
      started(child);
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      return new Promise((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
    },
    async reports() {
      const names = (await readdir(below("results"))).sort();
      return Promise.all(
        names.map(async (name) =>
          reportSchema.parse(JSON.parse(await readFile(below("results", name, "report.json"), "utf8"))),
        ),
      );
    },
    async stored() {
      const keys = await readdir(below("baselines")).catch(() => []);
      const paths = await Promise.all(
        keys.map(async (key) => (await readdir(below("baselines", key))).map((file) => below("baselines", key, file))),
      );
      return paths.flat().sort();
    },
    async [Symbol.asyncDispose]() {
      for (const made of [folder, locks]) {
        await rm(made, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      }
    },
  };
}

/** A suite file with one benchmark of the noisy program for each name. */
export function noisySuite(names: readonly string[], more = ""): string {
  const entries = names.map(
    (name) =>
      `  - name: ${name}\n    command: [python3, ${JSON.stringify(NOISY_TRAINING)}, ${name}, noise.json]\n    backends: [torch-cpu]\n${more}`,
  );
  return `version: 1\nbenchmarks:\n${entries.join("")}`;
}

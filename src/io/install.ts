/** Fills an environment's folder with packages, by uv where it is present, else by venv and pip. */
import path from "node:path";
import type { TorchBuild } from "../core/lock.ts";
import { installEnvironment } from "./child-environment.ts";
import { interpreterOf } from "./environment-folder.ts";
import { InstallErrors, isSet } from "./install-errors.ts";
import { runProcess } from "./process.ts";

export interface Installation {
  /** The interpreter the environment is made from. */
  readonly base: string;
  /** Path of uv, or null for venv and pip. */
  readonly uv: string | null;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Every line of the installers. */
  readonly output: (line: string) => void;
}

/** Why an installation ended early. */
export class InstallFailure extends Error {
  override readonly name = "InstallFailure";
}

/** What an hour did not bring, the next hour will not. */
const TIMEOUT_S = 3600;

/** Makes the empty environment. @throws InstallFailure */
export async function makeVenv(installation: Installation, folder: string): Promise<void> {
  const { uv, base } = installation;
  if (uv === null) await run(installation, "making the virtual environment", base, ["-I", "-m", "venv", folder]);
  else
    await run(installation, "making the virtual environment", uv, ["venv", "--no-project", "--python", base, folder]);
}

/** `pip install` with these arguments. @throws InstallFailure */
export async function install(
  installation: Installation,
  folder: string,
  args: readonly string[],
  more: { readonly cwd?: string; readonly without?: RegExp } = {},
): Promise<void> {
  const python = interpreterOf(folder);
  const { uv } = installation;
  const command =
    uv === null
      ? [python, "-I", "-m", "pip", "install", "--progress-bar", "off", ...args]
      : [uv, "pip", "install", "--python", python, ...(noIndex(installation.env) ? ["--no-index"] : []), ...args];
  const [file = "", ...rest] = command;
  await run(installation, "installing packages", file, rest, more);
}

/** `name==version` of every package, sorted, one a line. @throws InstallFailure */
export async function packageVersions(installation: Installation, python: string): Promise<string> {
  const lines: string[] = [];
  const question = [
    "import importlib.metadata as m",
    "found = {d.name.lower().replace('_', '-'): d.version for d in m.distributions() if d.name}",
    "print('\\n'.join(sorted('%s==%s' % pair for pair in found.items())))",
  ].join("\n");
  const { env, signal } = installation;
  await run({ ...installation, env, signal, output: (line) => lines.push(line) }, "listing packages", python, [
    "-I",
    "-c",
    question,
  ]);
  return `${lines.filter((line) => line.includes("==")).join("\n")}\n`;
}

/**
 * Puts one build of torch in place before the rest, where the build is not PyPI's own: from wheels the user points to,
 * then from PyTorch's index. For processors PyPI's build does as well, at many times the size.
 * @returns what the rest then finds: torch in place, or PyPI's build, or whatever an installer has that may ask nobody.
 * @throws InstallFailure
 */
export async function installTorch(
  installation: Installation,
  folder: string,
  torch: { readonly version: string; readonly build: TorchBuild },
  progress: (message: string) => void,
): Promise<"placed" | "pypi" | "offline"> {
  const { env } = installation;
  const wanted = ["--no-deps", `torch==${torch.version}`];
  const links = findLinks(env);
  if (links.length > 0) {
    try {
      await install(installation, folder, [
        ...(noIndex(env) && installation.uv !== null ? [] : ["--no-index"]),
        ...links.flatMap((link) => ["--find-links", link]),
        ...wanted,
      ]);
      return "placed";
    } catch (error) {
      if (!(error instanceof InstallFailure) || installation.signal.aborted) throw error;
    }
  }
  if (noIndex(env)) return "offline";
  const index = `${(env["FINETUNE_BENCH_TORCH_INDEX"] || "https://download.pytorch.org/whl").replace(/\/+$/, "")}/${torch.build}`;
  // uv may have it from an earlier day.
  const isOffline = isSet(env, ["UV_OFFLINE"]);
  const trouble = isOffline ? null : await reach(installation, interpreterOf(folder), `${index}/torch/`);
  if (trouble === null) {
    try {
      // Other indexes would be preferred to this one, and have only PyPI's build.
      const without = /^(?:PIP_EXTRA_INDEX_URL|UV_INDEX|UV_EXTRA_INDEX_URL|UV_DEFAULT_INDEX|UV_INDEX_STRATEGY)$/i;
      await install(installation, folder, ["--index-url", index, ...wanted], { without });
      return "placed";
    } catch (error) {
      if (!(error instanceof InstallFailure) || installation.signal.aborted) throw error;
      if (isOffline) return "offline";
      if (torch.build !== "cpu") throw error;
      progress(`torch could not be had from ${index}: ${error.message.split("\n", 1)[0]}`);
      return "pypi";
    }
  }
  if (torch.build !== "cpu") {
    throw new InstallFailure(
      `torch for this driver comes from ${index} alone, which does not answer (${trouble}); set PIP_FIND_LINKS to a ` +
        "folder with its wheels, or FINETUNE_BENCH_TORCH_INDEX to a mirror",
    );
  }
  progress(`PyTorch's index for processors does not answer (${trouble})`);
  return "pypi";
}

/** Folders and pages with wheels that the user points to; pip separates them by blanks, uv by commas. */
function findLinks(env: NodeJS.ProcessEnv): string[] {
  const pip = env["PIP_FIND_LINKS"]?.split(/\s+/) ?? [];
  const uv = env["UV_FIND_LINKS"]?.split(",") ?? [];
  return [...new Set([...pip, ...uv].map((link) => link.trim()).filter((link) => link !== ""))];
}

/** pip reads its variable by itself; uv has none of its own, and would ask PyPI. */
function noIndex(env: NodeJS.ProcessEnv): boolean {
  return isSet(env, ["PIP_NO_INDEX", "UV_NO_INDEX"]);
}

/** Null where the page answers within seconds, through the same proxies that Python's installers use; else why not. */
async function reach(installation: Installation, python: string, url: string): Promise<string | null> {
  const question = [
    "import os, ssl, sys, urllib.error, urllib.request",
    "if os.environ.get('PIP_PROXY'): os.environ['http_proxy'] = os.environ['https_proxy'] = os.environ['PIP_PROXY']",
    "ca = next((os.environ[n] for n in ('PIP_CERT', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE') if os.environ.get(n)), None)",
    "try:",
    "    context = ssl.create_default_context(cafile=ca)",
    "    urllib.request.urlopen(sys.argv[1], timeout=4, context=context).close()",
    "except urllib.error.HTTPError as error:",
    "    sys.exit('it answers %d' % error.code)",
    "except Exception as error:",
    "    reason = getattr(error, 'reason', error)",
    // The installer may know certificates of its own: it decides.
    "    sys.exit(0 if isinstance(reason, ssl.SSLCertVerificationError) else str(reason))",
  ].join("\n");
  const result = await runProcess({
    file: python,
    args: ["-I", "-c", question, url],
    cwd: path.dirname(python),
    env: installEnvironment(installation.env),
    timeoutS: 8,
    signal: installation.signal,
  });
  if (result.code === 0) return null;
  return result.timedOut ? "no answer within 8 s" : (result.tail.at(-1) ?? "no answer");
}

async function run(
  installation: Installation,
  what: string,
  file: string,
  args: readonly string[],
  more: { readonly cwd?: string; readonly without?: RegExp } = {},
): Promise<void> {
  const errors = new InstallErrors(installation.env);
  const { without } = more;
  const env = Object.entries(installEnvironment(installation.env)).filter(([name]) => without?.test(name) !== true);
  const result = await runProcess({
    file,
    args,
    cwd: more.cwd ?? path.dirname(file),
    env: Object.fromEntries(env),
    onLine: (line) => {
      errors.watch(line);
      installation.output(line);
    },
    timeoutS: TIMEOUT_S,
    signal: installation.signal,
  });
  if (result.code === 0) return;
  const ended = result.timedOut
    ? `took longer than ${TIMEOUT_S / 60} minutes`
    : `ended with ${result.code ?? result.signal}`;
  const said = result.startError === null ? result.tail.slice(-8) : [result.startError];
  throw new InstallFailure(
    [`${what} ${ended}${errors.cause === null ? "" : `: ${errors.cause}`}`, ...said].join("\n  "),
  );
}

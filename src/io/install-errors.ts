/** Says in plain words why an installer gave up, from what it printed. */

interface Cause {
  readonly pattern: RegExp;
  readonly text: string;
  /** The same where no index may be asked. */
  readonly offline?: string;
}

const OFFLINE =
  "no index may be asked (PIP_NO_INDEX, UV_NO_INDEX or UV_OFFLINE is set), and it is not among the wheels at hand " +
  "(PIP_FIND_LINKS, for uv UV_FIND_LINKS)";

const CAUSES: readonly Cause[] = [
  {
    pattern: /no space left on device|errno 28|enospc|disk quota exceeded/i,
    text: "the disk is full; free some space, or set FINETUNE_BENCH_CACHE to a folder on a larger disk",
  },
  {
    pattern: /do not match the hashes|hash(?:es)? mismatch|hash of the .*does not match/i,
    text: "a downloaded package does not have the expected hash; clear the installer's cache, or look at what the index serves",
  },
  {
    pattern:
      /name resolution|connection refused|connecttimeout|newconnectionerror|max retries exceeded|error sending request|dns error|network is unreachable|failed to (?:fetch|connect)|read timed out|proxyerror|certificate verify failed|connection broken|tunnel connection failed/i,
    text: "the package index cannot be reached; check the network, HTTPS_PROXY, and PIP_INDEX_URL (for uv: UV_DEFAULT_INDEX)",
  },
  {
    pattern: /\(from versions: none\)/i,
    text: "the index offers none of it: it cannot be reached (see PIP_INDEX_URL and HTTPS_PROXY), or has nothing for this Python and system",
    offline: OFFLINE,
  },
  {
    pattern: /no matching distribution|no solution found|could not find a version/i,
    text: "there is no package for this Python and system",
    offline: OFFLINE,
  },
  { pattern: /ensurepip|no module named (?:pip|venv)/i, text: "this Python cannot make virtual environments" },
];

/** Watches an installer's lines; `cause` names the gravest reason seen, or null. */
export class InstallErrors {
  readonly #seen = new Set<Cause>();
  readonly #env: NodeJS.ProcessEnv;

  /** @param env of the installer */
  constructor(env: NodeJS.ProcessEnv = {}) {
    this.#env = env;
  }

  watch(line: string): void {
    for (const cause of CAUSES) if (cause.pattern.test(line)) this.#seen.add(cause);
  }

  get cause(): string | null {
    const gravest = CAUSES.find((cause) => this.#seen.has(cause));
    if (gravest === undefined) return null;
    const isOffline = isSet(this.#env, ["PIP_NO_INDEX", "UV_NO_INDEX", "UV_OFFLINE"]);
    return (isOffline ? gravest.offline : undefined) ?? gravest.text;
  }
}

/** Whether one of these switches of an installer is on. */
export function isSet(env: NodeJS.ProcessEnv, names: readonly string[]): boolean {
  return names.some((name) => /^(?:1|true|yes|on)$/i.test(env[name] ?? ""));
}

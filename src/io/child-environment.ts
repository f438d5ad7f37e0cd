/** The variables a child process gets: an allow-list, wider for installation than for measuring. */

type Variables = Record<string, string>;

/** Needed to find programs, libraries, folders and devices; nothing that changes numbers unseen, and no secret. */
const MEASURING = [
  /^(?:PATH|HOME|LANG|LC_ALL|LC_CTYPE|TZ|TMPDIR)$/,
  /^(?:RUNNER_TRACKING_ID|CUDA_VISIBLE_DEVICES|HF_HOME)$/,
  /^FINETUNE_BENCH_/,
  // Containers and WSL point to the driver's own library by this alone.
  /^LD_LIBRARY_PATH$/,
];

/** Without these, programs on Windows do not start or do not find their folders. */
const WINDOWS = [
  /^(?:SYSTEMROOT|SYSTEMDRIVE|WINDIR|TEMP|TMP|COMSPEC|PATHEXT|OS)$/,
  /^(?:USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|ALLUSERSPROFILE)$/,
  /^(?:PROGRAMFILES|PROGRAMFILES\(X86\)|PROGRAMW6432|COMMONPROGRAMFILES|NUMBER_OF_PROCESSORS|PROCESSOR_.+)$/,
];

/** Indexes, proxies, certificates and tokens: for installation and preparation only. */
const INSTALLING = [
  /^(?:PIP|UV)_/,
  /^(?:https?|all|no|ftp)_proxy$/i,
  /^(?:SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|NETRC)$/,
  /^(?:HF_TOKEN|HF_ENDPOINT|HF_HUB_OFFLINE|HF_HUB_CACHE|XDG_CACHE_HOME|XDG_CONFIG_HOME|XDG_CONFIG_DIRS)$/,
];

/** These send packages past the environment that is being made, or leave some out of it. */
const NEVER_INSTALLING =
  /^(?:PIP_(?:USER|TARGET|PREFIX|ROOT|PYTHON|REQUIREMENT|EDITABLE|NO_DEPS|NO_DEPENDENCIES|DRY_RUN)|UV_(?:PYTHON|PROJECT.*|SYSTEM_PYTHON))$/;

/**
 * A user's own program may rely on packages of the user's folder; nothing installed here may, and nothing goes there,
 * whatever a pip.conf says.
 */
const OWN_FOLDER = { PYTHONNOUSERSITE: "1", PIP_USER: "0" };
const QUIET = { PIP_NO_INPUT: "1", PIP_DISABLE_PIP_VERSION_CHECK: "1", UV_NO_PROGRESS: "1" };

/** Stands in the environment of everything that is started here, so that `post` knows it on Linux. */
export const CHILD_MARK = { FINETUNE_BENCH_CHILD: "1" };

/** Text of Python's programs arrives as UTF-8 and line by line. */
const PYTHON = { PYTHONUTF8: "1", PYTHONIOENCODING: "utf-8", PYTHONUNBUFFERED: "1" };

/**
 * The environment of a measured process. `extra` (the suite's own `env`) stands above all.
 * Variable names are compared without case on Windows, where `Path` and `PATH` are one.
 */
export function measuringEnvironment(
  parent: NodeJS.ProcessEnv,
  extra: Readonly<Variables> = {},
  platform: NodeJS.Platform = process.platform,
): Variables {
  const kept = keep(parent, platform === "win32" ? [...MEASURING, ...WINDOWS] : MEASURING, platform);
  // So that the index in CUDA_VISIBLE_DEVICES means the board that the probe listed.
  return merge({ ...kept, ...CHILD_MARK, CUDA_DEVICE_ORDER: "PCI_BUS_ID", ...PYTHON }, extra, platform);
}

/** The environment of an installation or preparation: also proxies, certificates, PIP_*, UV_* and HF_TOKEN. */
export function installEnvironment(
  parent: NodeJS.ProcessEnv,
  extra: Readonly<Variables> = {},
  platform: NodeJS.Platform = process.platform,
): Variables {
  const installing = keep(parent, INSTALLING, platform);
  for (const name of Object.keys(installing)) if (NEVER_INSTALLING.test(name.toUpperCase())) delete installing[name];
  return merge(
    { ...measuringEnvironment(parent, {}, platform), ...installing, ...OWN_FOLDER, ...QUIET },
    extra,
    platform,
  );
}

function keep(parent: NodeJS.ProcessEnv, allowed: readonly RegExp[], platform: NodeJS.Platform): Variables {
  const kept: Variables = {};
  for (const [name, value] of Object.entries(parent)) {
    const compared = platform === "win32" ? name.toUpperCase() : name;
    if (value !== undefined && allowed.some((pattern) => pattern.test(compared))) kept[name] = value;
  }
  return kept;
}

function merge(base: Variables, extra: Readonly<Variables>, platform: NodeJS.Platform): Variables {
  if (platform !== "win32") return { ...base, ...extra };
  const given = new Set(Object.keys(extra).map((name) => name.toUpperCase()));
  const others = Object.entries(base).filter(([name]) => !given.has(name.toUpperCase()));
  return { ...Object.fromEntries(others), ...extra };
}

/** Which machine and which software measured: the facts that must match before two results are compared. */
import type { Difference } from "./comparison.ts";
import type { Identity, Probe } from "./environment.ts";
import { UserError } from "./errors.ts";
import { inputNamed } from "./input-name.ts";
import { canonicalJson, sha256Hex } from "./hash.ts";
import type { HarnessEvent } from "./protocol.ts";

/** What stands for a fact that one side of a comparison does not have. */
const ABSENT = "none";

const GIB = 2 ** 30;

/**
 * The facts of the machine. `pool` is the name given by the input `runner-key`, or null: machines of a pool are
 * interchangeable by the user's word, so the hardware id is left out there.
 */
export function machineIdentity(probe: Probe, pool: string | null = null): Identity {
  const { machine } = probe;
  const driver = probe.accelerators.find((accelerator) => accelerator.driver !== null)?.driver;
  return identity({
    model: machine.model,
    device: deviceName(probe),
    memory: memoryText(machine.memory_bytes),
    os: machine.os,
    os_release: machine.os_release,
    driver_major: driver?.split(".")[0] ?? ABSENT,
    power_mode: machine.power_mode,
    ...(pool === null ? { hardware: machine.hardware_id_hash ?? ABSENT } : {}),
  });
}

/** The accelerators by name, or the processor where there is none: `2 × NVIDIA H200`, `Apple M4 Max, 40 cores`. */
export function deviceName(probe: Probe): string {
  const counts = new Map<string, number>();
  for (const { name, kind, cores } of probe.accelerators) {
    const label = kind === "apple" && cores !== null ? `${name}, ${cores} cores` : name;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (counts.size === 0) return probe.machine.chip;
  return [...counts].map(([label, count]) => (count === 1 ? label : `${count} × ${label}`)).join(" + ");
}

/**
 * Memory in whole GiB, called GB as on the box. Rounded up to an eighth of its power of two, because a kernel keeps one
 * to some per cent for itself, and another share after each update: 62.7 GiB is the 64 GB machine it was sold as.
 */
export function memoryText(bytes: number): string {
  const step = Math.max(1, 2 ** (Math.floor(Math.log2(bytes / GIB)) - 3));
  return `${Math.ceil(bytes / GIB / step) * step} GB`;
}

/**
 * The folder of a machine's baselines: a readable name and four digits of the salted hardware id
 * (`apple-m4-max-64gb-3f2a`), or the name of its pool.
 * @throws UserError where the pool's name is not a plain one.
 */
export function runnerKey(probe: Probe, pool: string | null = null): string {
  if (pool !== null) return checkPool(pool);
  const { machine, accelerators } = probe;
  const [device] = accelerators;
  // The memory of an NVIDIA board follows from its name; an Apple chip and a processor come with many sizes.
  const size = device?.kind === "nvidia" ? "" : `-${memoryText(machine.memory_bytes).replace(" ", "")}`;
  const count = accelerators.length > 1 ? `${accelerators.length}x-` : "";
  const facts = { model: machine.model, device: deviceName(probe), memory: memoryText(machine.memory_bytes) };
  const hash = machine.hardware_id_hash ?? sha256Hex(canonicalJson(facts));
  return `${count}${slug(device?.name ?? machine.chip)}${size.toLowerCase()}-${hash.slice(0, 4)}`;
}

function checkPool(pool: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,99}$/.test(pool)) return pool;
  throw new UserError(
    `${inputNamed("runner-key")}: ${JSON.stringify(pool)} cannot name a pool of machines; use 1 to 100 lower-case letters, ` +
      "digits, dots, underscores and hyphens, the first a letter or digit (or auto for this machine's own key)",
  );
}

/** `Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz` → `intel-xeon-platinum-8481c`. */
function slug(name: string): string {
  const plain = name
    .replace(/\((?:r|tm|c)\)/gi, " ")
    .replace(/@.*$/, " ")
    .replace(/\b(?:cpu|processor|\d+-core)\b/gi, " ")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return plain.slice(0, 48).replace(/-+$/, "") || "machine";
}

/** What the harness reported of its process; a user's own program may report less. */
export type SoftwareFacts = Pick<
  Extract<HarnessEvent, { event: "environment" }>,
  "python" | "packages" | "wheel_tags" | "blas"
>;

/** Characters of one fact. */
const MAX_FACT = 500;

/** Packages that decide numbers or speed. All others are drift. */
const NUMERICS = [
  /^(?:torch|triton|numpy|scipy|transformers|peft|accelerate|bitsandbytes|flash-attn|xformers|trl)$/,
  /^mlx(?:-.+)?$/,
  /^nvidia-(?:cublas|cudnn|cuda-runtime|cuda-nvrtc|nccl|cusparselt)(?:-cu\d+)?$/,
];

/**
 * Python's minor version, versions and wheel tags of the packages that decide numbers or speed, and the BLAS in use. A
 * patch release of Python is drift: a security update of the system would cut every history.
 */
export function softwareIdentity(software: SoftwareFacts): Identity {
  const facts: Record<string, string> = { python: software.python.split(".").slice(0, 2).join(".") };
  for (const [name, version] of Object.entries(software.packages)) {
    if (isNumeric(name)) facts[packageName(name)] = version;
  }
  for (const [name, tag] of Object.entries(software.wheel_tags)) {
    if (isNumeric(name)) facts[`${packageName(name)} wheel`] = tag;
  }
  if (software.blas !== undefined) facts["blas"] = software.blas;
  return identity(facts);
}

/**
 * Of a user's own program with requirements: every package that was installed for it (`name==version`, one a line),
 * since nobody else can tell which of them matter, and what the program itself reports above that.
 */
export function installedSoftware(versions: string, reported: SoftwareFacts | null): Identity {
  const pins = versions.split(/\r?\n/).flatMap((line) => {
    const [name = "", version = ""] = line.trim().split("==");
    return name === "" || version === "" ? [] : [[packageName(name), version]];
  });
  return identity({ ...Object.fromEntries(pins), ...(reported === null ? {} : softwareIdentity(reported).facts) });
}

/**
 * Variables that a suite sets for a workload of this program: allocator limits, threads and the like change speed, and
 * no work hash covers them. Of a user's own program they are part of its work.
 */
export function withVariables(software: Identity, env: Readonly<Record<string, string>>): Identity {
  const variables = Object.entries(env).map(([name, value]) => [`env ${name}`, value.slice(0, MAX_FACT)]);
  return variables.length === 0 ? software : identity({ ...software.facts, ...Object.fromEntries(variables) });
}

function packageName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

function isNumeric(name: string): boolean {
  return NUMERICS.some((pattern) => pattern.test(packageName(name)));
}

/** An identity of these facts; equal facts give an equal hash, whatever their order. */
export function identity(facts: Readonly<Record<string, string>>): Identity {
  return { facts: { ...facts }, hash: sha256Hex(canonicalJson(facts)) };
}

/** The fields in which two identities differ, sorted by name; none where they are equal. */
export function differences(base: Identity, head: Identity, kind: Difference["kind"]): Difference[] {
  const fields = new Set([...Object.keys(base.facts), ...Object.keys(head.facts)]);
  return [...fields]
    .sort()
    .map((field) => ({
      kind,
      field,
      base: base.facts[field] ?? ABSENT,
      head: head.facts[field] ?? ABSENT,
    }))
    .filter((difference) => difference.base !== difference.head);
}

/** Which pinned set of packages a backend needs on this machine, from where, and how much that is. */
import { frameworkOf, isCpu, type Backend } from "./backend.ts";
import type { Probe } from "./environment.ts";

/** A file of `harness/requirements`, without its ending. */
export type LockName = "torch" | "mlx-cpu" | "mlx-metal" | "mlx-cuda12" | "mlx-cuda13" | "parquet";

/** PyPI's own build of torch, or a folder of PyTorch's index. */
export type TorchBuild = "pypi" | "cpu" | "cu126" | "cu130";

export interface Lock {
  readonly name: LockName;
  /** Null where the lock has no torch. */
  readonly torch: TorchBuild | null;
  /** First number of the NVIDIA driver, for packages that were built for one; else null. */
  readonly driverMajor: string | null;
}

/** What reads parquet files of a data set, for preparing alone. */
export const PARQUET_LOCK: Lock = { name: "parquet", torch: null, driverMajor: null };

/** CUDA 13 needs this driver. */
const DRIVER_OF_CUDA_13 = 580;

/**
 * The lock of a backend. `torch-cpu` shares the environment of `torch-cuda` where the machine has both, so that no
 * second copy of torch is installed; a machine always answers alike for one backend.
 */
export function lockFor(backend: Backend, probe: Probe): Lock {
  const { os } = probe.machine;
  const board = probe.accelerators.find((accelerator) => accelerator.kind === "nvidia");
  const driverMajor = board?.driver?.split(".")[0] ?? null;
  // CUDA 13 dropped the boards before Turing. A driver that does not tell the capability is older than CUDA 13.
  const cuda13 = Number(driverMajor) >= DRIVER_OF_CUDA_13 && Number(board?.compute_capability ?? "0") >= 7.5;
  if (frameworkOf(backend) === "mlx") {
    if (os === "macos") return { name: "mlx-metal", torch: null, driverMajor: null };
    if (isCpu(backend)) return { name: "mlx-cpu", torch: null, driverMajor: null };
    return { name: cuda13 ? "mlx-cuda13" : "mlx-cuda12", torch: null, driverMajor };
  }
  const cuda = probe.backends.some((entry) => entry.backend === "torch-cuda" && entry.possible);
  if (!cuda) return { name: "torch", torch: os === "linux" ? "cpu" : "pypi", driverMajor: null };
  // PyPI's Linux build is the one for CUDA 13; its Windows build is for processors alone.
  return { name: "torch", torch: cuda13 ? (os === "linux" ? "pypi" : "cu130") : "cu126", driverMajor };
}

/** How much an environment takes, in bytes: fetched over the network, and unpacked on disk. */
export interface Size {
  readonly downloadBytes: number;
  readonly diskBytes: number;
  /** Nobody knows: as much as is looked for on the disk. */
  readonly isGuess?: true;
}

const MB = 1e6;

/** Sums of the pinned wheels, as the index lists them; unpacked sizes measured on Linux x86-64 or scaled from there. */
const SIZES: Readonly<Record<string, Size>> = {
  "mlx-cpu": { downloadBytes: 80 * MB, diskBytes: 400 * MB },
  "mlx-metal": { downloadBytes: 130 * MB, diskBytes: 550 * MB },
  "mlx-cuda12": { downloadBytes: 2900 * MB, diskBytes: 5000 * MB },
  "mlx-cuda13": { downloadBytes: 2200 * MB, diskBytes: 4000 * MB },
  parquet: { downloadBytes: 55 * MB, diskBytes: 175 * MB },
  "torch pypi linux": { downloadBytes: 2800 * MB, diskBytes: 5300 * MB },
  "torch pypi macos": { downloadBytes: 180 * MB, diskBytes: 900 * MB },
  "torch pypi windows": { downloadBytes: 190 * MB, diskBytes: 1000 * MB },
  "torch cpu": { downloadBytes: 270 * MB, diskBytes: 1200 * MB },
  "torch cu126": { downloadBytes: 2900 * MB, diskBytes: 6000 * MB },
  "torch cu130": { downloadBytes: 2700 * MB, diskBytes: 5500 * MB },
};

/** What a lock takes on this system. A rough figure, to tell a user before it starts. */
export function downloadEstimate(lock: Lock, os: Probe["machine"]["os"]): Size {
  const key =
    lock.torch === null ? lock.name : lock.torch === "pypi" ? `${lock.name} pypi ${os}` : `${lock.name} ${lock.torch}`;
  const size = SIZES[key];
  if (size === undefined) throw new Error(`no size is known for the environment ${key}`);
  return size;
}

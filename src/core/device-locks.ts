/** What a measured process must have for itself on its machine, as names of locks. */
import { isCpu, type Backend } from "./backend.ts";

export interface LockName {
  readonly name: string;
  /** Held by several at once, and by nobody who wants it alone. */
  readonly shared: boolean;
}

/**
 * Always in this order, so that no two wait for each other. Steps on a processor want the machine alone. An accelerator
 * wants itself, or those of its boards that CUDA_VISIBLE_DEVICES names: work on different boards runs at the same time, and
 * none of it beside a processor's.
 *
 * @param visible the value of CUDA_VISIBLE_DEVICES that the process gets
 */
export function locksFor(backend: Backend, visible: string | undefined): LockName[] {
  if (isCpu(backend)) return [{ name: "machine", shared: false }];
  const boards = backend.endsWith("-cuda") ? boardsOf(visible ?? "") : [];
  return [
    { name: "machine", shared: true },
    { name: "accelerators", shared: boards.length > 0 },
    ...boards.map((board) => ({ name: `board-${board}`, shared: false })),
  ];
}

/** Letters that every file system takes; what a board is called (an index, a UUID, a slice) keeps telling it apart. */
function boardsOf(visible: string): string[] {
  const names = visible.split(",").map((name) =>
    name
      .trim()
      .replaceAll(/[^A-Za-z0-9-]/g, "_")
      .slice(0, 100),
  );
  return [...new Set(names.filter((name) => name !== ""))].sort();
}

/** A lock on a folder between processes; one whose holder was killed goes stale by itself. */
import { setTimeout as sleep } from "node:timers/promises";
import lockfile from "proper-lockfile";

export interface FolderLock extends AsyncDisposable {
  /** Aborts when the lock was lost: the machine slept, and another process took over. */
  readonly lost: AbortSignal;
}

export interface LockRequest {
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  /** Called once at the beginning of a wait and then every half minute. */
  readonly onWait: (seconds: number) => void;
  /** Asked while waiting; true gives up the wait, and the answer is null. */
  readonly unneeded: () => Promise<boolean>;
  readonly staleAfterMs?: number | undefined;
}

const STALE_AFTER_MS = 20_000;
const LOOK_EVERY_MS = 500;
const TELL_EVERY_S = 30;

/** The lock of an existing folder (`<folder>.lock` beside it), or null when it became unneeded. @throws when aborted. */
export async function lockFolder(request: LockRequest): Promise<FolderLock | null> {
  const lost = new AbortController();
  const stale = request.staleAfterMs ?? STALE_AFTER_MS;
  const began = performance.now();
  let told = -Infinity;
  for (;;) {
    request.signal?.throwIfAborted();
    try {
      const release = await lockfile.lock(request.folder, {
        realpath: false,
        stale,
        update: stale / 4,
        onCompromised: (error) => lost.abort(error),
      });
      return {
        lost: lost.signal,
        async [Symbol.asyncDispose]() {
          if (!lost.signal.aborted) await release();
        },
      };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ELOCKED")) throw error;
    }
    const seconds = (performance.now() - began) / 1000;
    if (seconds - told >= TELL_EVERY_S) {
      told = seconds;
      request.onWait(seconds);
    }
    await sleep(LOOK_EVERY_MS);
    if (await request.unneeded()) return null;
  }
}

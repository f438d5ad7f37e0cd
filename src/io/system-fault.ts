/** Tells what the operating system refused (a value to report) from what is a bug (it flies). */

export interface SystemFault {
  /** `ENOENT`, `EACCES`, `ENOSPC`, … */
  readonly code: string;
  readonly message: string;
}

/** The fault behind an error of the operating system; any other error is thrown again. */
export function systemFault(error: unknown): SystemFault {
  if (error instanceof Error && "code" in error && typeof error.code === "string" && "syscall" in error) {
    return { code: error.code, message: error.message };
  }
  throw error;
}

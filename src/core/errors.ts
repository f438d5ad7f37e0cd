/** Errors that are the user's to mend, apart from bugs, which fly to the entry. */

/** Bad input: the message says what was given, what is accepted and where to change it. Printed without a stack. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** The text of anything thrown, with the causes that led to it, innermost last. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return `${error.message}${cause}`;
}

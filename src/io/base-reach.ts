/** The base of a job brought within reach before anything of the head runs, with what it had accepted already. */
import { ACCEPT_FILE, parseAccepted } from "../core/accept.ts";
import { UserError } from "../core/errors.ts";
import type { Acceptance, JobResult } from "../core/result.ts";
import { reachBase, type ReachedBase } from "./base-checkout.ts";
import type { Host } from "./host.ts";

export type BaseSide =
  | {
      readonly state: "found";
      readonly base: ReachedBase;
      readonly why: string;
      readonly accepted: readonly Acceptance[];
    }
  /** Pairs were meant to be possible, and are not. */
  | { readonly state: "missing"; readonly reason: string }
  | { readonly state: "none" };

/** Throws a `UserError` for a base that a person named and git does not know. */
export async function reachBaseOf(host: Host, newest: JobResult | undefined): Promise<BaseSide> {
  const choice = await host.base(newest);
  if (choice.state !== "found") return choice;
  const reached = await reachBase(choice.sha, host.workspace, host.remote, host.signal);
  if (!reached.reached) return { state: "missing", reason: reached.reason };
  const { base } = reached;
  return { state: "found", base, why: choice.why, accepted: acceptedIn(await base.readFile(ACCEPT_FILE)) };
}

/** A file that cannot be read accepted nothing. */
function acceptedIn(text: string | null): readonly Acceptance[] {
  try {
    return text === null ? [] : parseAccepted(text);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** Opens the baseline store that the input names. */
import type { BaselineInput } from "../core/baseline-input.ts";
import { UserError } from "../core/errors.ts";
import type { BaselineStore } from "./baseline-store.ts";
import { branchStore } from "./branch-store.ts";
import { directoryStore } from "./directory-store.ts";
import type { GitHubApi } from "./github-api.ts";

export interface StoreSurroundings {
  /** Relative folders are taken from here. */
  readonly cwd: string;
  /** Null outside GitHub, where no token is at hand. */
  readonly api: GitHubApi | null;
  readonly defaultBranch: string | null;
}

export function openStore(input: BaselineInput, { cwd, api, defaultBranch }: StoreSurroundings): BaselineStore {
  if (input.kind === "directory") return directoryStore(input.path, cwd);
  if (api === null) {
    throw new UserError(
      `baseline branch:${input.name} lives on GitHub and needs a workflow's token; outside a workflow use dir:PATH`,
    );
  }
  return branchStore({ api, branch: input.name, defaultBranch });
}

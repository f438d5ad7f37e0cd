/** Where baselines are kept, as the input `baseline` says it. */
import { UserError } from "./errors.ts";
import { inputNamed } from "./input-name.ts";

export type BaselineInput =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "branch"; readonly name: string };

/** Reads `branch:NAME` or `dir:PATH`; anything else is a {@link UserError}. */
export function parseBaselineInput(text: string): BaselineInput {
  const match = /^(branch|dir):(.*)$/s.exec(text.trim());
  const value = match?.[2]?.trim() ?? "";
  if (match === null || value === "") {
    throw new UserError(
      `${inputNamed("baseline")}: ${JSON.stringify(text)} is not accepted; use branch:NAME (a branch of this repository, such as ` +
        `branch:finetune-bench) or dir:PATH (a folder that outlives the job, such as dir:/srv/finetune-bench)`,
    );
  }
  if (match[1] === "dir") {
    if (value.includes("\0")) throw new UserError(`${inputNamed("baseline")}: a path cannot hold a zero character`);
    return { kind: "directory", path: value };
  }
  const name = value.replace(/^refs\/heads\//, "");
  const fault = branchFault(name);
  if (fault !== null) {
    throw new UserError(`${inputNamed("baseline")}: ${JSON.stringify(name)} cannot be the name of a branch: ${fault}`);
  }
  return { kind: "branch", name };
}

/** The rules of `git check-ref-format --branch`, with the reason in words; null when the name is fine. */
function branchFault(name: string): string | null {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name))
    return "it holds a space, a control character or one of ~ ^ : ? * [ \\";
  if (name.includes("..")) return "it holds two dots in a row";
  if (name.includes("@{") || name === "@") return "@ has a meaning of its own there";
  if (name === "HEAD" || name.startsWith("-")) return "git reads it as something else";
  if (name.endsWith(".")) return "it ends with a dot";
  if (name.length > 200) return "it is longer than 200 characters";
  for (const part of name.split("/")) {
    if (part === "") return "it begins or ends with / or holds // in the middle";
    if (part.startsWith(".")) return "a part of it begins with a dot";
    if (part.endsWith(".lock")) return "a part of it ends with .lock";
  }
  return null;
}

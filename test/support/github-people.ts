/** Who may do what in the repository. */
import { type Handlers, param } from "./github-call.ts";
import { userJson } from "./github-objects.ts";

export type Role = "admin" | "maintain" | "write" | "triage" | "read" | "none";

/** GitHub names the two newer roles by the older one they grew from. */
const PERMISSION: Partial<Record<Role, string>> = { maintain: "write", triage: "read" };

export function collaboratorHandlers(people: ReadonlyMap<string, Role>, visibility: "public" | "private"): Handlers {
  return {
    "repos/get-collaborator-permission-level": (call) => {
      const login = param(call, "username");
      const role = people.get(login) ?? (visibility === "public" ? "read" : "none");
      const user = { ...userJson({ login, id: 77, type: "User" }), role_name: role };
      return { status: 200, body: { permission: PERMISSION[role] ?? role, role_name: role, user } };
    },
  };
}

/** The version of this program, from its package. */
import facts from "../../package.json" with { type: "json" };

export const VERSION = facts.version;

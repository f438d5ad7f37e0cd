// src/core/version.ts
/** The version of this program, from its package. */
const VERSION = "0.1.0";
export { VERSION as t };

/** JSON read from outside, walked without trusting its shape. */

export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

export function parseJson(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value under a path of keys; undefined where the path leaves the objects. */
export function at(value: Json | undefined, ...keys: string[]): Json | undefined {
  let found = value;
  for (const key of keys) found = isObject(found) ? found[key] : undefined;
  return found;
}

/** The named values of an object; none where it is no object. */
export function entriesOf(value: Json | undefined): [string, Json][] {
  return isObject(value) ? Object.entries(value) : [];
}

/** The text under a path of keys. @throws Error where there is none. */
export function textAt(value: Json | undefined, ...keys: string[]): string {
  const found = at(value, ...keys);
  if (typeof found !== "string") throw new Error(`no text at ${keys.join(".")}`);
  return found;
}

/** Probed facts in readable form: long hashes left out, byte counts as memory. */
import { formatValue } from "./units.ts";

export interface Fact {
  readonly name: string;
  readonly value: string;
}

export function factsOf(facts: Readonly<Record<string, string | number | boolean>>): Fact[] {
  return Object.entries(facts)
    .filter(([, value]) => !/^[0-9a-f]{32,}$/.test(String(value)))
    .map(([name, value]) => ({ name: name.replace(/_bytes$/, "").replaceAll("_", " "), value: factValue(name, value) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

function factValue(name: string, value: string | number | boolean): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  const number = Number(value);
  return name.endsWith("_bytes") && Number.isFinite(number) ? formatValue(number, "B") : String(value);
}

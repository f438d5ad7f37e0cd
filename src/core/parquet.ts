/** Whether a benchmark's data set lies in parquet files, which take a library that nothing else here needs. */
import type { Catalogue } from "./catalogue.ts";
import type { CommandEntry, WorkloadEntry } from "./suite.ts";

export function readsParquet(entry: WorkloadEntry | CommandEntry, catalogue: Catalogue): boolean {
  if (!("workload" in entry)) return false;
  const declared = catalogue.workloads.find(({ name }) => name === entry.workload)?.hyperparameters ?? [];
  const value = (name: string): string => {
    const given = entry.set[name] ?? declared.find((one) => one.name === name)?.default[entry.size];
    return typeof given === "string" ? given : "";
  };
  if (value("data") !== "hub") return false;
  const files = ["dataset_file", "validation_file"].flatMap((name) => value(name).split(","));
  return files.some((file) => file.trim().toLowerCase().endsWith(".parquet"));
}

/** What a report says on the page of its workflow run: the findings as annotations. */
import { leadOf } from "../core/lead.ts";
import type { Report } from "../core/report.ts";
import { plain } from "../core/sentence.ts";
import type { Annotation } from "./runner.ts";

/** The verdict first; then what could not be published or measured well. */
export function annotationsOf(report: Report, publishing: readonly string[]): Annotation[] {
  const isWarning = report.gate.gate === "neutral" || leadOf(report).about === "change-point";
  const level = report.gate.gate === "fail" ? "error" : isWarning ? "warning" : "notice";
  const message = [`${plain(report.headline)}.`, ...report.advice.map(plain)].join(" ");
  return [
    { level, title: "finetune-bench", message },
    ...[...report.store_faults, ...publishing].map((warning): Annotation => ({ level: "warning", message: warning })),
    ...report.warnings.map((warning): Annotation => ({ level: "notice", message: warning.message })),
  ];
}

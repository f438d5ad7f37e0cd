/** What a report says on the page of its workflow run: the findings as annotations. */
import type { JointReport } from "../core/joint.ts";
import { leadOf } from "../core/lead.ts";
import { warningsOf } from "../core/markdown-sections.ts";
import { listed, plain } from "../core/sentence.ts";
import type { Annotation } from "./runner.ts";

/** The verdict first, then what else is to be said of single runners; then what could not be published or measured well. */
export function annotationsOf(joint: JointReport, publishing: readonly string[]): Annotation[] {
  const { gate, headline, advice, beside, reports } = joint;
  const isWarning = gate.gate === "neutral" || reports.some((report) => leadOf(report).about === "change-point");
  const level = gate.gate === "fail" ? "error" : isWarning ? "warning" : "notice";
  const message = [`${plain(headline)}.`, ...advice.map(plain)].join(" ");
  const faults = new Set([...reports.flatMap(({ store_faults }) => store_faults), ...publishing]);
  return [
    { level, title: "finetune-bench", message },
    ...beside.map(({ runner_keys: keys, sentences }): Annotation => ({
      level: "notice",
      title: `finetune-bench on ${plain(listed(keys))}`,
      message: sentences.map(plain).join(" "),
    })),
    ...[...faults].map((warning): Annotation => ({ level: "warning", message: warning })),
    ...warningsOf(joint).map((warning): Annotation => ({ level: "notice", message: warning.message })),
  ];
}

/** The runners of a matrix, one row each: what each of them says, and what makes it believable. */
import { believableOf } from "./believable.ts";
import { codeSpan, inertText, link } from "./escape.ts";
import { iconOfReport, iconOfVerdict } from "./icons.ts";
import type { JointReport, MissingRunner } from "./joint.ts";
import { details, drawSentence, table, type Markdown } from "./markdown-parts.ts";
import type { Detail } from "./markdown-sections.ts";
import { partNoun } from "./parts.ts";
import { qualifiedInWords } from "./qualification-words.ts";
import type { Report } from "./report.ts";
import { sentenceCase } from "./sentence.ts";
import { counted } from "./units.ts";

type Row = { readonly report: Report } | { readonly missing: MissingRunner };

/** Nothing for one runner: the line above the sections says all of it. */
export function runnersSection(joint: JointReport, { runners }: Detail): Markdown {
  const rows: Row[] = [
    ...joint.missing.map((missing) => ({ missing })),
    ...joint.reports.map((report) => ({ report })),
  ];
  if (rows.length < 2) return "";
  return details(`The ${counted(rows.length, partNoun(joint.reports))}`, [
    table<Row>(
      [
        { title: "Runner", cell: (row) => codeSpan("report" in row ? row.report.runner_key : row.missing.name) },
        { title: "Verdict", cell: verdictCell },
        { title: "Behind it", cell: behindCell },
        { title: "Artifact", cell: artifactCell },
      ],
      rows.slice(0, runners),
    ),
  ]);
}

function verdictCell(row: Row): Markdown {
  if ("missing" in row) return `${iconOfVerdict("failed")} no result`;
  return `${iconOfReport(row.report)} ${row.report.gate.verdict}`;
}

function behindCell(row: Row): Markdown {
  if ("missing" in row) return row.missing.reason === null ? "" : inertText(row.missing.reason);
  const { report } = row;
  const phrases = [...believableOf(report), qualifiedInWords(report)].map(drawSentence);
  return sentenceCase(phrases.filter((phrase) => phrase !== "").join(" · "));
}

function artifactCell(row: Row): Markdown {
  const url = "report" in row ? row.report.links.artifact_url : null;
  return url === null ? "" : link("artifact", url);
}

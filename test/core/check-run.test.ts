/** The check run: a name that stays, a conclusion of the gate, and GitHub's limits. */
import { describe, expect, test } from "vitest";
import { checkNameOf, checkRunOf } from "../../src/core/check-run.ts";
import { joinReports } from "../../src/core/join-reports.ts";
import { JOINT_NAMES, joined } from "../support/report-scenes-joint.ts";
import { jointScene, SCENES, type SceneName } from "../support/report-scenes.ts";
import { readMarkdown } from "../support/markdown-reader.ts";

const NAMES = Object.keys(SCENES).filter((name): name is SceneName => name in SCENES);
const EVERY = [
  ...NAMES.map((name) => [name, jointScene(name)] as const),
  ...JOINT_NAMES.map((name) => [name, joined(name)] as const),
];

describe("the check run", () => {
  test.each(EVERY)("of %s is within GitHub's limits", (_, joint) => {
    const { title, summary, annotations } = checkRunOf(joint);
    expect(title.length).toBeGreaterThan(0);
    expect(title.length).toBeLessThanOrEqual(255);
    expect(summary.length).toBeLessThanOrEqual(65_535);
    expect(readMarkdown(summary).count("<details>")).toBe(readMarkdown(summary).count("</details>"));
    for (const batch of annotations) {
      expect(batch.length).toBeGreaterThan(0);
      expect(batch.length).toBeLessThanOrEqual(50);
      for (const { title: head, message, path } of batch) {
        expect(head.length).toBeLessThanOrEqual(255);
        expect(message.length).toBeGreaterThan(0);
        expect(new TextEncoder().encode(message).length).toBeLessThanOrEqual(64_000);
        expect(path).not.toMatch(/^[./]|^$/);
      }
    }
  });

  test.each([
    ["joint-no-change", "success"],
    ["joint-regression-on-one", "failure"],
    ["joint-machine-moved-beside-clear", "neutral"],
    ["joint-missing-beside-clear", "failure"],
    ["joint-first-pull-request", "neutral"],
    ["joint-accepted-on-one", "success"],
  ] as const)("of %s ends as %s, with the headline as its title", (name, conclusion) => {
    const check = checkRunOf(joined(name));
    expect(check).toMatchObject({ name: "finetune-bench", conclusion });
    const heading = /^### \S+ (.*)$/m.exec(check.summary)?.[1]?.replaceAll("`", "");
    expect(check.title).toBe(heading);
  });

  test("says of each finding where it is, how large, and what was decided", () => {
    const [[first, second] = []] = checkRunOf(joined("joint-regression-on-one")).annotations;
    expect(first).toEqual({
      path: "finetune-bench.yml",
      start_line: 1,
      end_line: 1,
      annotation_level: "failure",
      title: "lora-alpaca-tinyllama.strict.real · torch-cuda on nvidia-rtx-4090-91c0",
      message: "regression, 4 pairs · tokens per second: 19,330 tok/s → 18,010 tok/s, −6.8 % worse (−7.4 … −6.2)",
    });
    expect(second).toMatchObject({ annotation_level: "warning" });
  });

  test("a runner that delivered nothing comes first", () => {
    const [[first] = []] = checkRunOf(joined("joint-missing-beside-a-regression")).annotations;
    expect(first).toMatchObject({ annotation_level: "failure", title: "No result of bench (nvidia-h200)" });
  });

  test("nothing is a failure where the gate lets it pass", () => {
    const { reports } = joined("joint-regression-on-one");
    const { conclusion, annotations } = checkRunOf(joinReports(reports, new Set(["failed"])));
    expect(conclusion).toBe("neutral");
    expect(annotations.flat().map(({ annotation_level: level }) => level)).toEqual(["warning", "warning"]);
  });

  test("many findings come in batches, the worst first", () => {
    const { annotations } = checkRunOf(jointScene("very-many-changes"));
    expect(annotations.length).toBeGreaterThan(1);
    expect(annotations[0]).toHaveLength(50);
    expect(annotations.flat().length).toBeLessThanOrEqual(200);
  });

  test("every other suite has a check of its own", () => {
    expect(checkNameOf("finetune-bench.yml")).toBe("finetune-bench");
    expect(checkNameOf("ci/nightly.yml")).toBe("finetune-bench (ci/nightly.yml)");
    expect(checkNameOf("a\nb".repeat(100)).length).toBeLessThanOrEqual(120);
  });

  test("a suite that is no file of the repository is annotated at the file that would replace it", () => {
    const [report] = joined("joint-regression-on-one").reports.slice(1);
    const pathOf = (name: string): string | undefined => {
      const reports = report === undefined ? [] : [{ ...report, suite: { ...report.suite, name } }];
      return checkRunOf(joinReports(reports, new Set(["failed"]))).annotations[0]?.[0]?.path;
    };
    expect(pathOf("builtin:quick")).toBe("finetune-bench.yml");
    expect(pathOf("/etc/suite.yml")).toBe("finetune-bench.yml");
    expect(pathOf("../suite.yml")).toBe("finetune-bench.yml");
    expect(pathOf("./ci\\nightly.yml")).toBe("ci/nightly.yml");
  });
});

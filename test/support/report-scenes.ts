/** One report for every state a reader can meet. */
import type { Report } from "../../src/core/report.ts";
import type { JointReport } from "../../src/core/joint.ts";
import { jointOf, reportOf, type Scene } from "./report-fixtures.ts";
import { HISTORY_SCENES } from "./report-scenes-history.ts";
import { MACHINE_SCENES } from "./report-scenes-machine.ts";
import { TODAY_SCENES } from "./report-scenes-today.ts";

export const SCENES = { ...HISTORY_SCENES, ...TODAY_SCENES, ...MACHINE_SCENES } as const;

export type SceneName = keyof typeof SCENES;

export function scene(name: SceneName): Report {
  return reportOf(SCENES[name]);
}

/** The same as it is published. */
export function jointScene(name: SceneName): JointReport {
  const drawn: Scene = SCENES[name];
  return jointOf(scene(name), drawn.failOn);
}

import { expect, test } from "vitest";
import { renderTerminal } from "../../src/io/terminal.ts";
import { scene, type SceneName } from "../support/report-scenes.ts";

const RESULTS = ".finetune-bench/results/finetune-bench-nvidia-rtx-4090-91c0-1-1";

const SHOWN: SceneName[] = ["no-baseline-recorded-locally", "mixed", "failed", "hostile-names"];
test.each(SHOWN)("the terminal shows %s", async (name) => {
  const text = renderTerminal(scene(name), { colour: false, width: 120, results: RESULTS });
  await expect(text).toMatchFileSnapshot(`../golden/terminal-${name}.txt`);
});

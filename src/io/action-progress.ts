/** Progress in a workflow's log: a group per phase, a line per run, and what the runs printed behind a fence. */
import { homedir } from "node:os";
import { textWithoutHome } from "../core/home.ts";
import { fence } from "./fence.ts";
import type { Progress } from "./progress.ts";
import { log, openGroup } from "./runner.ts";

/** Lines of a run shown in the log; all of them stand in its log file. */
const SHOWN_LINES = 200;

export function actionProgress(): Progress {
  let group: Disposable | null = null;
  let printed: string[] = [];
  const flush = (): void => {
    if (printed.length === 0) return;
    using guard = fence((text) => void process.stdout.write(text));
    for (const line of printed) guard.write(`    ${textWithoutHome(line, homedir())}\n`);
    printed = [];
  };
  const end = (): void => {
    flush();
    group?.[Symbol.dispose]();
    group = null;
  };
  return {
    phase(title) {
      end();
      group = openGroup(title);
    },
    line(text) {
      flush();
      log(text);
    },
    output(line) {
      if (printed.length < SHOWN_LINES) printed.push(line);
      else if (printed.length === SHOWN_LINES) printed.push("… the rest is in the log file of this run");
    },
    runs(done, total, label) {
      flush();
      if (done < total) log(`${done + 1}/${total} ${label}`);
    },
    end,
  };
}

import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";

const PROGRAM = `
import { stopSignal } from ${JSON.stringify(path.resolve(import.meta.dirname, "..", "..", "src", "io", "stop-signal.ts"))};
const stop = stopSignal();
stop.onDeadline(() => console.log("no time left"));
stop.hurry.addEventListener("abort", () => console.log("little time left"));
// Not before the limits have begun.
stop.signal.addEventListener("abort", () => setImmediate(() => console.log("stopped")));
process.on("SIGCONT", () => setTimeout(() => (console.log("goes on"), process.exit()), 50));
setInterval(() => {}, 1000);
console.log("ready");
`;

test.skipIf(process.platform === "win32")(
  "a machine that stands still takes no time from a cancelled job",
  async () => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", PROGRAM], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const said: string[] = [];
    for await (const line of readline.createInterface({ input: child.stdout })) {
      said.push(line);
      if (line === "ready") child.kill("SIGINT");
      if (line === "stopped") {
        child.kill("SIGSTOP");
        // Longer than all the time that a cancelled job has.
        await sleep(7200);
        child.kill("SIGCONT");
      }
    }
    expect(said).toEqual(["ready", "stopped", "goes on"]);
  },
);

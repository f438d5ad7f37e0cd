/** Shows long work as it goes: a bar on a terminal, one line per phase elsewhere, groups in a workflow log. */
import cliProgress from "cli-progress";

export interface Progress {
  /** A phase begins; the one before it ends. */
  readonly phase: (title: string) => void;
  readonly line: (text: string) => void;
  /** Foreign output: shown on request only, and never able to steer the log it is shown in. */
  readonly output: (line: string) => void;
  /** `done` of `total` runs; `label` says what runs now. */
  readonly runs: (done: number, total: number, label: string) => void;
  /** Ends the phase in progress. */
  readonly end: () => void;
}

/** A calm terminal: phases as lines, runs as one bar that is redrawn each second with the time left. */
export function terminalProgress(stream: NodeJS.WriteStream): Progress {
  let bar: cliProgress.SingleBar | null = null;
  const stop = (): void => {
    bar?.stop();
    bar = null;
  };
  return {
    phase(title) {
      stop();
      stream.write(`${title}\n`);
    },
    line(text) {
      stop();
      stream.write(`  ${text}\n`);
    },
    output() {
      // Kept in the log file of its run; a terminal shows the bar instead.
    },
    runs(done, total, label) {
      if (bar === null) {
        bar = new cliProgress.SingleBar(
          {
            format: "  {bar} {value}/{total} runs · {duration_formatted} · {label}",
            stream,
            hideCursor: true,
            clearOnComplete: true,
            // The clock moves once a second; more drawing would take time from what is measured.
            forceRedraw: true,
            fps: 1,
            autopadding: true,
          },
          cliProgress.Presets.shades_classic,
        );
        bar.start(total, done, { label });
      } else {
        bar.update(done, { label });
      }
    },
    end: stop,
  };
}

/** One line per phase and per run, for logs without a terminal. `write` gets whole lines without their end. */
export function plainProgress(write: (line: string) => void): Progress {
  const began = performance.now();
  const stamp = (): string => `[${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s]`;
  return {
    phase: (title) => write(`${stamp()} ${title}`),
    line: (text) => write(`${stamp()}   ${text}`),
    output: () => {},
    runs: (done, total, label) => {
      if (done < total) write(`${stamp()}   run ${done + 1}/${total}: ${label}`);
    },
    end: () => {},
  };
}

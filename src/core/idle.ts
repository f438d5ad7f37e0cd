/** Whether somebody else uses what is about to be measured, from one sample of the device. */
import { isCpu, type Backend } from "./backend.ts";
import type { DeviceEvent } from "./protocol.ts";
import { counted, formatPercent } from "./units.ts";

/** Of the processors, measured work not running: a quarter is more than an operating system needs for itself. */
const BUSY_PROCESSORS = 0.25;
/** Of the accelerator: a display that is drawn takes some per cent. */
const BUSY_DEVICE = 0.1;

export type Idleness =
  | { readonly state: "idle" }
  /** As a sentence without its full stop. */
  | { readonly state: "busy"; readonly message: string }
  /** The sample does not tell. */
  | { readonly state: "unknown" };

/** The processors for a backend that runs on them, else the accelerator: nothing else is used by what is measured. */
export function idleness(sample: DeviceEvent, backend: Backend): Idleness {
  if (isCpu(backend)) return judged(sample.cpu_busy, BUSY_PROCESSORS, "processors were");
  const { foreign_processes: foreign = 0 } = sample;
  if (foreign > 0) return { state: "busy", message: `${counted(foreign, "other program")} used the accelerator` };
  return judged(sample.device_busy, BUSY_DEVICE, "accelerator was");
}

function judged(busy: number | undefined, most: number, what: string): Idleness {
  if (busy === undefined) return { state: "unknown" };
  if (busy <= most) return { state: "idle" };
  return { state: "busy", message: `the ${what} ${formatPercent(busy)} busy with other work` };
}

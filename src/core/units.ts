/** Numbers as people read them: the last thing that happens to a value, and the only place where it happens. */

const MINUS = "−";
const digits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
const SUPERSCRIPT: Readonly<Record<string, string>> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/** At most four significant digits, thousands separated, true minus sign; powers of ten where zeros would be counted. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not a number" : value > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : "";
  if (size !== 0 && (size < 1e-4 || size >= 1e12)) return sign + powerOfTen(size);
  return sign + digits.format(size);
}

function powerOfTen(size: number): string {
  const [mantissa = "", exponent = ""] = size.toExponential(3).split("e");
  const raised = exponent.replaceAll(/./g, (digit) => SUPERSCRIPT[digit] ?? "");
  return `${Number(mantissa)}·10${raised}`;
}

interface Scale {
  readonly factor: number;
  readonly label: string;
}

const KIB = 1024;
const SECONDS: readonly Scale[] = [
  { factor: 1, label: "s" },
  { factor: 1e-3, label: "ms" },
  { factor: 1e-6, label: "µs" },
];
const BYTES: readonly Scale[] = [
  { factor: KIB ** 3, label: "GiB" },
  { factor: KIB ** 2, label: "MiB" },
  { factor: KIB, label: "KiB" },
  { factor: 1, label: "B" },
];
const FLOPS: readonly Scale[] = [
  { factor: 1e15, label: "PFLOP/s" },
  { factor: 1e12, label: "TFLOP/s" },
  { factor: 1e9, label: "GFLOP/s" },
  { factor: 1e6, label: "MFLOP/s" },
  { factor: 1, label: "FLOP/s" },
];
/** Rates are told in powers of ten, as the speeds of memory and of disks are. */
const BYTE_RATES: readonly Scale[] = [
  { factor: 1e12, label: "TB/s" },
  { factor: 1e9, label: "GB/s" },
  { factor: 1e6, label: "MB/s" },
  { factor: 1e3, label: "kB/s" },
  { factor: 1, label: "B/s" },
];
const CLOCKS: readonly Scale[] = [
  { factor: 1e9, label: "GHz" },
  { factor: 1e6, label: "MHz" },
  { factor: 1, label: "Hz" },
];
const SCALES: Readonly<Record<string, readonly Scale[]>> = {
  s: SECONDS,
  B: BYTES,
  "FLOP/s": FLOPS,
  "B/s": BYTE_RATES,
  Hz: CLOCKS,
};

/** The scale in which values of `unit` near `size` read best. */
function scaleFor(size: number, unit: string): Scale {
  const scales = Object.hasOwn(SCALES, unit) ? SCALES[unit] : undefined;
  const smallest = scales?.at(-1);
  if (scales === undefined || smallest === undefined) return { factor: 1, label: unit === "1" ? "" : unit };
  const base = scales.find((scale) => scale.factor === 1) ?? smallest;
  return size === 0 ? base : (scales.find((scale) => size >= scale.factor) ?? smallest);
}

/**
 * A value with its unit, once. `beside` are the values it is read next to: all of them choose one scale,
 * so that a base of 998 ms stands beside a head of 1,012 ms and not of 1.012 s.
 */
export function formatValue(value: number, unit: string, beside: readonly number[] = []): string {
  const smallest = Math.min(...[value, ...beside].map(Math.abs).filter((size) => size > 0 && Number.isFinite(size)));
  const scale = scaleFor(Number.isFinite(smallest) ? smallest : 0, unit);
  const number = formatNumber(value / scale.factor);
  return scale.label === "" ? number : `${number} ${scale.label}`;
}

/** A fraction as a percentage without its sign and unit: 0.068 is "6.8". */
function percentDigits(fraction: number): string {
  const percent = Math.abs(fraction) * 100;
  if (!Number.isFinite(percent)) return formatNumber(percent);
  if (percent === 0) return "0";
  if (percent >= 99.95) return digits.format(Math.round(percent));
  if (percent >= 0.095) return percent.toFixed(1);
  return percent >= 5e-4 ? String(Number(percent.toPrecision(1))) : powerOfTen(Number(percent.toPrecision(1)));
}

/** An unsigned percentage as prose has it: "6.8 %", "2 %". */
export function formatPercent(fraction: number): string {
  return `${percentDigits(fraction).replace(/\.0$/, "")} %`;
}

/** How far values spread: "±0.6 %"; what rounds to nothing is "±0 %", and of a single value there is nothing to say. */
export function formatSpread(fraction: number | null): string {
  if (fraction === null) return "";
  return `±${formatPercent(fraction < 0.0005 ? 0 : fraction)}`;
}

function signed(fraction: number): string {
  const text = percentDigits(fraction);
  const sign = fraction < 0 ? MINUS : "+";
  return Number(text) === 0 ? text : sign + text;
}

/** A relative change with its sign: "−6.8 %"; less than nothing but not visible is "0.0 %". */
export function formatChange(fraction: number): string {
  return `${signed(fraction)} %`;
}

/** Both ends of an interval of relative changes, percent: "−7.4 … −6.2". */
export function formatInterval(interval: readonly [number, number]): string {
  return `${signed(interval[0])} … ${signed(interval[1])}`;
}

/** How many times: "1.3×". */
export function formatRatio(ratio: number): string {
  return `${new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 }).format(ratio)}×`;
}

/** Wall time in the words of a clock: "0.8 s", "42 s", "5 min", "1 h 20 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 99.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Age in days: "less than a day old", "1 day old", "24 days old". */
export function formatAge(days: number): string {
  const whole = Math.floor(days);
  return whole < 1 ? "less than a day old" : `${counted(whole, "day")} old`;
}

/** "1 benchmark", "12 benchmarks". */
export function counted(count: number, noun: string): string {
  return `${digits.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

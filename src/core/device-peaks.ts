/**
 * What vendors print: arithmetic a second of dense matrix products, by the name a device gives itself. Names are compared
 * as a whole, because a laptop's or a slower edition of a board differs in a word. A device that is not here has no peak.
 *
 * Sources: NVIDIA's data sheets and architecture whitepapers (of GeForce boards bfloat16 with float32 sums is twice their
 * float32 rate, at boost clock); for Apple arithmetic units × 2 × clock, where reports of the clock agree.
 */
import type { Probe } from "./environment.ts";
import type { GemmEvent } from "./protocol.ts";

const TERA = 1e12;

/** Name → TFLOP/s in float32 (without TF32) and in bfloat16. */
const NVIDIA: Readonly<Record<string, readonly [number, number | null]>> = {
  "GeForce GTX 1080 Ti": [11.3, null],
  "GeForce RTX 3060": [12.7, 25.5],
  "GeForce RTX 3090": [35.6, 71],
  "GeForce RTX 4060 Ti": [22.1, 44.1],
  "GeForce RTX 4070 Ti SUPER": [44.1, 88.2],
  "GeForce RTX 4080 SUPER": [52.2, 104.4],
  "GeForce RTX 4090": [82.6, 165.2],
  "GeForce RTX 5060 Ti": [23.7, 47.4],
  "GeForce RTX 5090": [104.8, 209.5],
  "A100-SXM4-40GB": [19.5, 312],
  "A100-PCIE-40GB": [19.5, 312],
  "A100-SXM4-80GB": [19.5, 312],
  "A100 80GB PCIe": [19.5, 312],
  "H100 80GB HBM3": [66.9, 989],
  "H100 PCIe": [51.2, 756],
  "H100 NVL": [60, 835],
  H200: [66.9, 989],
};

/** Name → cores of the GPU → TFLOP/s; the rate of 16-bit numbers equals that of float32. */
const APPLE: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  "Apple M1 Pro": { 16: 5.3 },
  "Apple M1 Max": { 32: 10.6 },
  "Apple M1 Ultra": { 48: 15.9, 64: 21.2 },
  "Apple M3 Max": { 40: 14.3 },
  "Apple M3 Ultra": { 80: 28.6 },
};

export interface NamedDevice {
  readonly name: string;
  /** Of Apple's GPU, whose name does not tell it; null where nobody knows. */
  readonly gpuCores: number | null;
  /** Whether float32 products may be rounded to TF32: then they reach more than the float32 peak. */
  readonly tf32: boolean;
}

/** FLOP/s that the vendor claims for products of this type; null where there is no claim to compare with. */
export function vendorPeak(device: NamedDevice, dtype: GemmEvent["dtype"]): number | null {
  const tflops = peakOf(device, dtype);
  return tflops === null ? null : tflops * TERA;
}

function peakOf({ name, gpuCores, tf32 }: NamedDevice, dtype: GemmEvent["dtype"]): number | null {
  if (dtype !== "float32" && dtype !== "bfloat16") return null;
  const apple = Object.hasOwn(APPLE, name) ? APPLE[name] : undefined;
  if (apple !== undefined) return gpuCores === null ? null : (apple[gpuCores] ?? null);
  const board = name.replace(/^NVIDIA /, "");
  const [single, half] = (Object.hasOwn(NVIDIA, board) ? NVIDIA[board] : undefined) ?? [null, null];
  if (dtype === "bfloat16") return half;
  return tf32 ? null : single;
}

/** Of the only accelerator that has them told; null where there is none, or several. */
export function gpuCoresOf({ accelerators }: Pick<Probe, "accelerators">): number | null {
  const [first, ...others] = accelerators;
  return first === undefined || others.length > 0 ? null : first.cores;
}

/** Facts of a machine and of the software on it, and which of them must match before two results are compared. */
import * as z from "zod";
import { backendSchema } from "./backend.ts";

const text = z.string().max(500);
const fact = z.union([text, z.number(), z.boolean()]);

/** The JSON that `finetune_bench probe` prints. Raw serials and UUIDs never appear in it: they are hashed with the salt. */
export const probeSchema = z.strictObject({
  protocol: z.literal(1),
  machine: z.strictObject({
    os: z.enum(["linux", "macos", "windows"]),
    /** Marketing version: "12", "24.04", "26.2", "11". */
    os_release: text,
    os_name: text,
    arch: text,
    /** Hardware model: DMI product name, `hw.model`. */
    model: text,
    /** Processor: "Apple M4 Max", "AMD EPYC 9354". */
    chip: text,
    cores: z.int().positive(),
    memory_bytes: z.int().positive(),
    virtual: z.boolean().nullable(),
    /** sha256 of salt and hardware id, hex; null where the machine does not tell its id. */
    hardware_id_hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .nullable(),
    /** "normal", "low-power", "power-saver", "performance", … ; "unknown" where it cannot be read. */
    power_mode: text,
  }),
  /** Accelerators; empty on a machine without one. */
  accelerators: z.array(
    z.strictObject({
      kind: z.enum(["nvidia", "apple"]),
      name: text,
      memory_bytes: z.int().nonnegative().nullable(),
      cores: z.int().positive().nullable(),
      driver: text.nullable(),
      compute_capability: text.nullable(),
    }),
  ),
  /** Every backend, with the reason where this machine cannot run it. */
  backends: z.array(
    z.strictObject({
      backend: backendSchema,
      possible: z.boolean(),
      accelerated: z.boolean(),
      /** The computer has the accelerator, and it cannot be used as things stand: no logged-in session, a broken driver. */
      faulty: z.boolean(),
      reason: text.nullable(),
    }),
  ),
  python: z.strictObject({ version: text, executable: z.string(), implementation: text }),
  /** Helpers found on this machine: path or null. */
  tools: z.strictObject({ uv: z.string().nullable(), openblas: z.string().nullable(), cxx: z.string().nullable() }),
  /** Recorded, shown when they differ, never a reason to refuse: OS build, kernel, driver patch, clocks, temperature, load. */
  drift: z.record(text, fact),
  warnings: z.array(text),
});
export type Probe = z.infer<typeof probeSchema>;

/** An identity is a flat map of facts: two are equal when every fact is. */
export const identitySchema = z.strictObject({
  facts: z.record(text, text),
  /** sha256 of the canonical JSON of `facts`, hex. */
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Identity = z.infer<typeof identitySchema>;

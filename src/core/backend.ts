/** The six backends: which framework, on which device. */
import * as z from "zod";

export const backendSchema = z.enum(["mlx-metal", "mlx-cuda", "mlx-cpu", "torch-cuda", "torch-mps", "torch-cpu"]);
export type Backend = z.infer<typeof backendSchema>;

export const frameworkSchema = z.enum(["mlx", "torch"]);
export type Framework = z.infer<typeof frameworkSchema>;

export function frameworkOf(backend: Backend): Framework {
  return backend.startsWith("mlx-") ? "mlx" : "torch";
}

/** True where steps run on shared processor cores: there the minimum estimates, elsewhere the median. */
export function isCpu(backend: Backend): boolean {
  return backend.endsWith("-cpu");
}

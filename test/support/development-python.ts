/** The interpreter with a framework that the tests share: made once, before the tests begin. */
import { developmentPythons } from "../../scripts/environments.ts";

export async function developmentPython(framework: "torch" | "mlx"): Promise<string> {
  const given = process.env[`FINETUNE_BENCH_${framework.toUpperCase()}_PYTHON`];
  return given ?? (await developmentPythons())[framework];
}

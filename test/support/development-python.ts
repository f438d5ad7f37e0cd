/** An interpreter that the tests share, with a framework or with what tests themselves need: made before they begin. */
import { developmentPythons } from "../../scripts/environments.ts";

export async function developmentPython(name: "torch" | "mlx" | "dev"): Promise<string> {
  const given = process.env[`FINETUNE_BENCH_${name.toUpperCase()}_PYTHON`];
  return given ?? (await developmentPythons())[name];
}

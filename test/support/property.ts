/**
 * Properties of fast-check. Every day the same inputs are tried, so that a failure belongs to the change that is tested;
 * `npm run test:nightly`, which sets the number of inputs, draws others each time.
 */
import fc from "fast-check";

if (process.env["FINETUNE_BENCH_FUZZ"] === undefined) fc.configureGlobal({ seed: 20_260_304 });

export default fc;

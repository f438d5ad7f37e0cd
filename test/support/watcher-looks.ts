/** Python for measured programs that go on once the watcher of their job has looked at the machine: a wait without a guess. */

/** Defines `wait_for_look(words)`, which returns when a further sample that holds these words stands in the job's file. */
export const WAIT_FOR_LOOK = `
import os, time

def wait_for_look(words):
    runs = os.path.dirname(os.path.dirname(os.environ["FINETUNE_BENCH_EVENTS"]))
    def count():
        with open(os.path.join(os.path.dirname(runs), "device.jsonl")) as file:
            return file.read().count(words)
    before = count()
    while count() == before:
        time.sleep(0.05)
`;

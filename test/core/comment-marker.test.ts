/** The hidden line by which a comment is known again. */
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { isNewer, readMarker, writeMarker } from "../../src/core/comment-marker.ts";
import { suiteKeyOf } from "../../src/core/suite-key.ts";

const markers = fc.record({
  suiteKey: fc.string().map((name) => suiteKeyOf(name)),
  runId: fc.bigInt({ min: 0n, max: 10n ** 19n }).map(String),
  attempt: fc.integer({ min: 1, max: 99 }),
});

test("what is written is read again, for a suite of any name", () => {
  fc.assert(
    fc.property(markers, fc.string(), (marker, body) => {
      expect(readMarker(`${writeMarker(marker)}\n${body}`)).toEqual(marker);
    }),
  );
});

test("a name cannot end the hidden comment", () => {
  expect(suiteKeyOf("Builtin:Quick")).toBe("builtin-quick");
  expect(suiteKeyOf("--> <script>")).toBe("script");
  expect(suiteKeyOf("日本")).toBe("suite");
});

test("only the first line counts", () => {
  const marker = writeMarker({ suiteKey: "a", runId: "1", attempt: 1 });
  expect(readMarker(`> ${marker}`)).toBeNull();
  expect(readMarker(`\n${marker}`)).toBeNull();
  expect(readMarker("<!-- finetune-bench:a run x.1 -->")).toBeNull();
});

test("newer is a strict order by run, then by attempt, whatever the number of digits", () => {
  fc.assert(
    fc.property(markers, markers, (a, b) => {
      const later = BigInt(a.runId) * 100n + BigInt(a.attempt) > BigInt(b.runId) * 100n + BigInt(b.attempt);
      expect(isNewer(a, b)).toBe(later);
    }),
  );
  expect(isNewer({ suiteKey: "a", runId: "1000", attempt: 1 }, { suiteKey: "a", runId: "999", attempt: 7 })).toBe(true);
});

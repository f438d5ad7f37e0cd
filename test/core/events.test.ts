import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { MAX_LINE_LENGTH } from "../../src/core/event-line.ts";
import { MAX_EVENTS_BYTES, readEvents } from "../../src/core/events.ts";
import { harnessRun, startLine, stepLine, steps, toText } from "../support/event-lines.ts";

test("a whole run is read event by event", () => {
  const { events, problem } = readEvents(toText(harnessRun()));
  expect(problem).toBeNull();
  expect(events.map(({ event }) => event)).toEqual(["start", ...Array.from({ length: 23 }, () => "step"), "end"]);
});

test("Windows line endings, a byte order mark, empty lines and a missing last newline are no fault", () => {
  const text = `\uFEFF${toText(harnessRun(steps(2)))
    .replaceAll("\n", "\r\n\r\n")
    .trimEnd()}`;
  const { events, problem } = readEvents(text);
  expect(problem).toBeNull();
  expect(events).toHaveLength(4);
});

test("an empty file holds nothing and is no fault by itself", () => {
  expect(readEvents("")).toEqual({ events: [], problem: null });
  expect(readEvents("\n\n")).toEqual({ events: [], problem: null });
});

test("a file cut at any place keeps its whole lines", () => {
  const whole = toText(harnessRun(steps(3)));
  fc.assert(
    fc.property(fc.nat({ max: whole.length }), (at) => {
      const cut = whole.slice(0, at);
      const { events, problem } = readEvents(cut);
      const complete = cut.split("\n").length - 1;
      const rest = cut.slice(cut.lastIndexOf("\n") + 1);
      const isEvent = rest !== "" && rest.endsWith("}") && whole[at] === "\n";
      expect(events).toHaveLength(complete + (isEvent ? 1 : 0));
      expect(problem === null).toBe(rest === "" || isEvent);
    }),
  );
});

const start = JSON.stringify(startLine());
const step = JSON.stringify(stepLine(0));

test.each<[string, string, number, RegExp]>([
  ["a cut last line", `${start}\n{"event":"st`, 2, /^the file stops in the middle of a line: \{"event":"st$/],
  ["garbage", `${start}\nTraceback (most recent call last)\n${step}\n`, 2, /^not JSON: Traceback/],
  ["control characters in garbage", `\u001b[31mred\n`, 1, /^not JSON: \?\[31mred$/],
  ["another JSON value", `[1,2]\n`, 1, /^not a JSON object$/],
  ["no event", `{"step":1}\n`, 1, /^no `event` key$/],
  ["an unknown event", `{"event":"stepp"}\n`, 1, /^unknown event stepp$/],
  ["a missing field", `{"event":"step"}\n`, 1, /^`step` duration_s: /],
  ["a wrong type", `{"event":"step","duration_s":"1"}\n`, 1, /^`step` duration_s: /],
  ["a key that is not known", `{"event":"step","duration_s":1,"tokens":3}\n`, 1, /^`step`: .*tokens/],
  ["a number too large for one", `{"event":"step","duration_s":1e999}\n`, 1, /^`step` duration_s: /],
  ["a duration of zero", `{"event":"step","duration_s":0}\n`, 1, /^`step` duration_s: /],
  ["a step left out", `${start}\n${step}\n${JSON.stringify(stepLine(2))}\n`, 3, /^step index 2 where 1 is due/],
  ["a step twice", `${start}\n${step}\n${step}\n`, 3, /^step index 0 where 1 is due/],
  ["a second start", `${start}\n${start}\n`, 2, /^`start` is not the first line$/],
  ["a late start", `${step}\n${start}\n`, 2, /^`start` is not the first line$/],
  ["a line after the end", `${toText(harnessRun(steps(1)))}${step}\n`, 4, /^a line follows the `end` line$/],
  [
    "a line after an error",
    `{"event":"error","kind":"exception","message":"x"}\n${step}\n`,
    2,
    /^a line follows the `error` line$/,
  ],
  ["a line without end", `${start}\n${"x".repeat(MAX_LINE_LENGTH + 1)}\n`, 2, /^the line is longer than 262144/],
])("%s is a bad file, and what stands before it is kept", (_name, text, line, message) => {
  const { events, problem } = readEvents(text);
  expect(problem).toMatchObject({ reason: "bad-events", line });
  expect(problem?.message).toMatch(message);
  expect(events).toEqual(
    readEvents(
      text
        .split("\n")
        .slice(0, line - 1)
        .join("\n"),
    ).events,
  );
});

test.each([
  [`{"event":"step","duration_s":0.1,"loss":NaN}`, "loss became NaN at step 1"],
  [`{"event": "step", "duration_s": 0.1, "grad_norm": Infinity, "loss": 1}`, "grad_norm became Infinity at step 1"],
  [`{"event":"metric","name":"score","value":-Infinity,"unit":"","direction":"higher"}`, "score became -Infinity"],
])("a bare NaN or Infinity, as Python writes it, is named: %s", (line, message) => {
  expect(readEvents(`${step}\n${line}\n`).problem).toEqual({ reason: "not-finite", line: 2, message });
});

test("steps may leave their index out", () => {
  const line = `{"event":"step","duration_s":0.1}\n`;
  expect(readEvents(line.repeat(3)).problem).toBeNull();
  expect(readEvents(`${line}{"event":"step","duration_s":0.1,"index":1}\n`).problem).toBeNull();
  expect(readEvents(`${line}{"event":"step","duration_s":0.1,"index":7}\n`).problem?.line).toBe(2);
});

test("a file beyond all measure is refused unread", () => {
  const { events, problem } = readEvents(" ".repeat(MAX_EVENTS_BYTES + 1));
  expect(events).toEqual([]);
  expect(problem?.message).toBe("the file is larger than 64 MiB");
});

test("no text whatever crashes it", () => {
  const piece = fc.oneof(fc.string(), fc.json(), fc.constantFrom(start, step, "\n", "\r\n", "{", "NaN", "\u2028"));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { events, problem } = readEvents(pieces.join("\n"));
      expect(events.length).toBeLessThanOrEqual(pieces.join("\n").split("\n").length);
      expect(problem?.line ?? 1).toBeGreaterThan(0);
    }),
  );
});

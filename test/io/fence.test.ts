/** Nothing a measured program prints becomes an order to the runner. */
import fc from "../support/property.ts";
import { expect, test } from "vitest";
import { fence, harmless } from "../../src/io/fence.ts";
import { commandsIn } from "./runner-log.ts";

const nasty = fc.oneof(
  fc.string(),
  fc.constantFrom(
    "::add-mask::x",
    "::error file=a.py::no",
    "  ::set-env name=PATH::/tmp",
    "::stop-commands::x",
    "::x::",
    "::pause-logging::",
    "##[add-path]/tmp",
    "text ##[error]no",
    "100 %\r",
    "\n",
    "\r\n",
    ":",
  ),
);

test("whatever is printed inside, in whatever pieces, the runner obeys only what stands outside", () => {
  fc.assert(
    fc.property(fc.array(nasty), (pieces) => {
      let log = "::group::before\n";
      const write = (text: string): void => void (log += text);
      {
        using inside = fence(write);
        for (const piece of pieces) inside.write(piece);
      }
      log += "::endgroup::\n";
      expect(commandsIn(log).map((command) => command.name)).toEqual(["group", "endgroup"]);
      for (const piece of pieces) expect(log).toContain(piece);
    }),
  );
});

test("the check above can fail: without a fence the same text is obeyed", () => {
  expect(commandsIn("::add-mask::x\nfine ##[add-path]/tmp\n").map((command) => command.name)).toEqual([
    "add-mask",
    "add-path",
  ]);
});

test("each fence has a token of its own, and a closed one takes nothing more", () => {
  const logs = [0, 1].map(() => {
    let log = "";
    const inside = fence((text) => void (log += text));
    inside[Symbol.dispose]();
    inside[Symbol.dispose]();
    expect(() => inside.write("::error::late")).toThrow(/closed/);
    return log;
  });
  expect(logs[0]).toMatch(/^::stop-commands::([0-9a-f]{48})\n::\1::\n$/);
  expect(logs[0]).not.toBe(logs[1]);
});

test("a line of our own that quotes foreign words keeps them readable and inert", () => {
  fc.assert(
    fc.property(fc.array(nasty), (pieces) => {
      expect(commandsIn(harmless(pieces.join("\n")))).toEqual([]);
    }),
  );
  expect(harmless("loss: 1.2 :: fine")).toBe("loss: 1.2 :: fine");
  expect(harmless("::error::no").replaceAll("\u200b", "")).toBe("::error::no");
});

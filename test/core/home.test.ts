/** The home folder in what is published. */
import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { filterPieces, textWithoutHome, withoutHome } from "../../src/core/home.ts";

const HOME = "/Users/alice";
const schema = z.object({ message: z.string(), paths: z.array(z.string()) });

function collected(pieces: readonly string[], home: string): string {
  const filter = filterPieces(home);
  return pieces.map((piece) => filter.push(piece)).join("") + filter.rest();
}

describe("the home folder", () => {
  test("is a tilde, and its neighbours keep their names", () => {
    expect(textWithoutHome("no file /Users/alice/train.py in /Users/alice", HOME)).toBe("no file ~/train.py in ~");
    expect(textWithoutHome("/Users/alice2/x /Users/alice.old", HOME)).toBe("/Users/alice2/x /Users/alice.old");
    expect(textWithoutHome("a/b /", "/")).toBe("a/b /");
  });

  test("is one in every text of a value, also where paths have backslashes", () => {
    const value = { message: "in C:\\Users\\alice\\x", paths: ["C:\\Users\\alice", "D:\\"] };
    expect(withoutHome(schema, value, "C:\\Users\\alice")).toEqual({ message: "in ~\\x", paths: ["~", "D:\\"] });
    expect(withoutHome(schema, value, HOME)).toBe(value);
  });

  test("is found wherever the pieces of a text are cut", () => {
    const text = "at /Users/alice/a, /Users/alic /Users/alice2 /Users/alice";
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), text.length];
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end));
        expect(collected(pieces, HOME)).toBe(textWithoutHome(text, HOME));
      }),
    );
  });
});

/** Seeded random numbers: the same on every machine and every day, one stream for every name. */
import { sha256Hex } from "../src/core/hash.ts";

export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  /** A whole number from 0 up to, but without, `count`. */
  below(count: number): number;
  /** Standard normal. */
  normal(): number;
}

/** xoshiro128** (D. Blackman and S. Vigna, Scrambled Linear Pseudorandom Number Generators, 2021), seeded by a hash of `name`. */
export function randomNamed(name: string): Random {
  const digest = sha256Hex(name);
  const word = (at: number): number => Number.parseInt(digest.slice(8 * at, 8 * at + 8), 16);
  let [a, b, c, d] = [word(0), word(1), word(2), word(3)];
  const bits = (): number => {
    const result = Math.imul(turned(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = turned(d, 11);
    return result;
  };
  const uniform = (): number => bits() / 2 ** 32;
  // The polar method makes two at a time.
  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below: (count) => Math.floor(uniform() * count),
    normal,
  };
}

function turned(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

import fc from "../support/property.ts";
import { describe, expect, test } from "vitest";
import {
  counted,
  formatAge,
  formatChange,
  formatDuration,
  formatInterval,
  formatNumber,
  formatPercent,
  formatRatio,
  formatSpread,
  formatValue,
} from "../../src/core/units.ts";

describe("numbers", () => {
  test.each([
    [0, "0"],
    [18204, "18,200"],
    [4118, "4,118"],
    [1234567, "1,235,000"],
    [41.318, "41.32"],
    [-0.5, "−0.5"],
    [0.00123456, "0.001235"],
    [2e-6, "2·10⁻⁶"],
    [-1.23456e-12, "−1.235·10⁻¹²"],
    [9.99996e-5, "1·10⁻⁴"],
    [3.2e15, "3.2·10¹⁵"],
    [Number.NaN, "not a number"],
    [-Infinity, "−∞"],
  ])("%d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  test("have at most four significant digits, and lose no more than that", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-4, max: 9e11 }), (value) => {
        const text = formatNumber(value);
        const significant = text.replace(/[,.]/g, "").replace(/^0+/, "").replace(/0+$/, "");
        expect(significant.length).toBeLessThanOrEqual(4);
        expect(Math.abs(Number(text.replaceAll(",", "")) / value - 1)).toBeLessThan(6e-4);
      }),
    );
  });
});

describe("values", () => {
  test.each([
    [18204, "tok/s", "18,200 tok/s"],
    [0.0934, "s", "93.4 ms"],
    [0.0000042, "s", "4.2 µs"],
    [12.44, "s", "12.44 s"],
    [0, "s", "0 s"],
    [9.61 * 2 ** 30, "B", "9.61 GiB"],
    [612e6, "B", "583.6 MiB"],
    [512, "B", "512 B"],
    [1.234e14, "FLOP/s", "123.4 TFLOP/s"],
    [3.35e12, "B/s", "3.35 TB/s"],
    [1.5e9, "B/s", "1.5 GB/s"],
    [2e6, "B/s", "2 MB/s"],
    [1.98e9, "Hz", "1.98 GHz"],
    [3e8, "Hz", "300 MHz"],
    [12, "B/s", "12 B/s"],
    [1.0832, "nat", "1.083 nat"],
    [7, "1", "7"],
    [7, "", "7"],
    [3, "widgets/h", "3 widgets/h"],
    [3, "constructor", "3 constructor"],
  ])("%d %s is %s", (value, unit, text) => {
    expect(formatValue(value, unit)).toBe(text);
  });

  test("beside each other share one scale, the smaller's", () => {
    expect([formatValue(0.998, "s", [1.012]), formatValue(1.012, "s", [0.998])]).toEqual(["998 ms", "1,012 ms"]);
    expect(formatValue(2 ** 30, "B", [0])).toBe("1 GiB");
  });
});

describe("changes", () => {
  test.each([
    [-0.068, "−6.8 %"],
    [0.124, "+12.4 %"],
    [0, "0 %"],
    [0.02, "+2.0 %"],
    [-0.0008, "−0.08 %"],
    [0.00000002, "+2·10⁻⁶ %"],
    [0.99999, "+100 %"],
    [-0.99999, "−100 %"],
    [12.3456, "+1,235 %"],
  ])("%d is %s", (fraction, text) => {
    expect(formatChange(fraction)).toBe(text);
  });

  test("intervals name the unit of the change they stand behind once", () => {
    expect(formatInterval([-0.074, -0.062])).toBe("−7.4 … −6.2");
    expect(formatInterval([-0.001, 0.018])).toBe("−0.1 … +1.8");
  });

  test("prose drops an empty decimal", () => {
    expect([formatPercent(0.02), formatPercent(-0.068), formatPercent(0.015)]).toEqual(["2 %", "6.8 %", "1.5 %"]);
  });

  test("the sign is the true one, and there is none on nothing", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1, max: 100 }), (fraction) => {
        const text = formatChange(fraction);
        expect(text.startsWith(fraction < 0 ? "−" : fraction > 0 ? "+" : "0")).toBe(true);
        expect(text).not.toContain("-");
      }),
    );
  });
});

test.each([
  [0.84, "0.8 s"],
  [42.4, "42 s"],
  [99.6, "2 min"],
  [322, "5 min"],
  [3600, "1 h"],
  [4790, "1 h 20 min"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("ages, ratios and counts", () => {
  expect([formatAge(0.4), formatAge(1.9), formatAge(24)]).toEqual(["less than a day old", "1 day old", "24 days old"]);
  expect([formatRatio(0.5789), formatRatio(12.345)]).toEqual(["0.579×", "12.3×"]);
  expect([counted(1, "run"), counted(0, "run"), counted(1200, "row")]).toEqual(["1 run", "0 runs", "1,200 rows"]);
});

test("a spread is unsigned, nothing for a single value, and no row of zeros", () => {
  expect(formatSpread(null)).toBe("");
  expect(formatSpread(0)).toBe("±0 %");
  expect(formatSpread(4e-7)).toBe("±0 %");
  expect(formatSpread(0.0061)).toBe("±0.6 %");
  expect(formatSpread(0.12)).toBe("±12 %");
});

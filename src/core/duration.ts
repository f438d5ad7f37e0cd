/** Durations and percentages as people write them in suite files and inputs. */

const DURATION = /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/;

export const DAY_S = 86_400;

/** Seconds in "90s", "10m", "1h30m", "30d"; null for anything else, zero included. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text.trim().replaceAll(" ", ""));
  if (match === null) return null;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  const total = Number(days) * DAY_S + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return total > 0 ? total : null;
}

/** The fraction in "2%" or "0.5 %"; null for anything that is not a percentage above 0 and below 100. */
export function parsePercent(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const percent = Number(match?.[1]);
  return percent > 0 && percent < 100 ? percent / 100 : null;
}

const unitSeconds: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** A length of time as a person writes it: `90s`, `10m`, `1.5 hours`. */
export const durationPattern = /^\s*(\d{1,6}(?:\.\d{1,3})?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)\s*$/;

/** The duration in seconds, in any letter case; undefined for any other text and for a duration of 0. */
export function parseDuration(text: string): number | undefined {
  const [, number = '', unit = ''] = durationPattern.exec(text.toLowerCase()) ?? [];
  const seconds = Number(number) * (unitSeconds.get(unit.slice(0, 1)) ?? 0);
  return seconds > 0 ? seconds : undefined;
}

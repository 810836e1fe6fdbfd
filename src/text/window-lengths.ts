/** How the lengths of windows vary. */
export interface LengthVariation {
  /** Share of the windows that have half the length, at most 1/2. */
  readonly halved: number;
  /** Standard deviation of the other windows' lengths, in tokens. */
  readonly deviation: number;
}

/** The distance of the outer lengths from the base: sqrt(3) deviations, in whole tokens. */
export function lengthSpread(deviation: number): number {
  return Math.round(Math.sqrt(3) * deviation);
}

/**
 * The lengths of one epoch's windows for streams of `longest` predictions (Merity et al. 2017 draw each length from a normal distribution
 * around the base, or with a small probability around half of it). Each length needs a program, so there are at most four: half the base,
 * and for the normal distribution base - sqrt(3) s, base and base + sqrt(3) s in the proportions 1 : 4 : 1, which have its mean and
 * variance. Each has its share of the windows in every epoch; only their order is drawn.
 *
 * @returns lengths that add up to at least `longest`; the last one is the base, and all others add up to less
 */
export function epochLengths(longest: number, base: number, { halved, deviation }: LengthVariation): number[] {
  const spread = lengthSpread(deviation);
  const outer = (1 - halved) / 6;
  const kinds = [
    { length: Math.max(1, Math.round(base / 2)), share: halved },
    { length: Math.max(1, base - spread), share: outer },
    { length: base + spread, share: outer },
  ].map(({ length, share }) => ({ length: Math.min(length, longest), share }));
  const baseShare = 1 - halved - 2 * outer;
  const mean = kinds.reduce((sum, { length, share }) => sum + length * share, base * baseShare);
  const windows = Math.round(longest / mean);
  const others = kinds.flatMap(({ length, share }) => {
    const count = Math.floor(windows * share + 1e-9);
    return Array.from({ length: count }, () => length);
  });
  const rest = longest - others.reduce((sum, length) => sum + length, 0);
  return [...others, ...Array.from({ length: Math.max(1, Math.ceil(rest / base)) }, () => base)];
}

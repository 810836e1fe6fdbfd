import type { Option, OptionValues } from '../src/foundation/options.js';

/** A value of an option beside its default where numbers are concerned, and every choice of it. */
function valuesOf(option: Option): (string | number | boolean | undefined)[] {
  if (option.kind === 'choice') return [...option.values];
  if (option.kind === 'switch') return [false, true];
  return option.kind === 'increasing' || option.kind === 'map' || option.default === undefined ? [undefined] : [option.default];
}

/** More combinations than this are not tried all: then each value stands once, beside the defaults of the others. */
const MANY = 8;

/** Every combination of the options of a registry's entry, where these are few. */
export function variantsOf({ type, options }: { type: string; options: Readonly<Record<string, Option>> }) {
  const entries = Object.entries(options);
  const combinations = entries.reduce((product, [, option]) => product * valuesOf(option).length, 1);
  if (combinations > MANY) {
    const usual = Object.fromEntries(
      entries.flatMap(([name, { default: value }]) => (value === undefined ? [] : [[name, value]])),
    );
    const others = entries.flatMap(([name, option]) =>
      valuesOf(option).flatMap((value) => (value === option.default || value === undefined ? [] : [{ [name]: value }])),
    );
    return [{}, ...others].map((other) => ({ type, ...usual, ...other }) as OptionValues & { type: string });
  }
  return entries.reduce<(OptionValues & { type: string })[]>(
    (known, [name, option]) =>
      known.flatMap((one) => valuesOf(option).map((value) => (value === undefined ? one : { ...one, [name]: value }))),
    [{ type }],
  );
}

import type { Option, OptionValues } from '../src/foundation/options.js';

/** A value of an option beside its default where numbers are concerned, and every choice of it. */
function valuesOf(option: Option): (string | number | boolean | undefined)[] {
  if (option.kind === 'choice') return [...option.values];
  if (option.kind === 'switch') return [false, true];
  return option.kind === 'increasing' || option.kind === 'map' || option.default === undefined ? [undefined] : [option.default];
}

/** Every combination of the options of a registry's entry. */
export function variantsOf({ type, options }: { type: string; options: Readonly<Record<string, Option>> }) {
  return Object.entries(options).reduce<(OptionValues & { type: string })[]>(
    (known, [name, option]) =>
      known.flatMap((one) => valuesOf(option).map((value) => (value === undefined ? one : { ...one, [name]: value }))),
    [{ type }],
  );
}

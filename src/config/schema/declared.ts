import { z } from 'zod';
import { allowedValues, type Option, type Options, type OptionValues } from '../../foundation/options.js';
import {
  choice,
  defaultVariantType,
  increasingNumbers,
  mayChange,
  numberWithin,
  pathText,
  regularizer,
  section,
  switchValue,
  variants,
  variantType,
  wholeNumber,
} from './values.js';

/*
 * Schemas from registries' declarations (`foundation/options.ts`): a cell, layer, head or generator declares its options once, with
 * defaults and descriptions, and the schema of a config is derived from them.
 */

/** The part of a registry's entry that a config uses. */
interface Entry {
  readonly type: string;
  readonly describe: string;
  readonly options: Options;
}

/** The values of an option, without its default. */
function valuesOf<O extends Option>(option: O): z.ZodType<Widened<O>, Widened<O>> {
  return schemaOf(option) as z.ZodType<Widened<O>, Widened<O>>;
}

/** The type of an option's values. */
type Widened<O extends Option> = O extends { kind: 'number' }
  ? number
  : O extends { kind: 'switch' }
    ? boolean
    : O extends { kind: 'increasing' }
      ? readonly number[]
      : O extends { kind: 'map' }
        ? number | OptionValues
        : string;

function schemaOf(option: Option): z.ZodType {
  switch (option.kind) {
    case 'choice':
      return choice(...option.values);
    case 'switch':
      return switchValue();
    case 'increasing':
      return increasingNumbers(option);
    case 'path':
      return pathText();
    case 'map': {
      const map = declaredSection(option.options);
      return option.short === undefined
        ? map
        : z.union([schemaOf(option.options[option.short]!), map], { error: allowedValues(option) });
    }
    case 'number': {
      const { whole, from, to } = option;
      return whole ? wholeNumber(from!, to!) : numberWithin(option);
    }
  }
}

/** The schema of an optional option: the default is filled in. */
export function declaredOption<O extends Option>(option: O) {
  if (option.default === undefined) return optionalOption(option, option.otherwise!);
  const schema = valuesOf(option)
    .describe(`${option.describe} Default ${option.default}.`)
    .default(option.default as never);
  return withDeclarations(option, schema);
}

/** With what the option declares besides its values. */
function withDeclarations<T extends z.ZodType>(option: Option, schema: T): T {
  const { mayChange: change } = option;
  // A value that is not a map sets the short form.
  const single = option.kind === 'map' && option.short !== undefined ? option.options[option.short]! : option;
  if (single.kind === 'number' && single.regularizes) regularizer(schema);
  if (change === undefined) return schema;
  return change === true ? mayChange(schema) : mayChange(schema, change);
}

/** The schema of an option whose default depends on other keys; `byDefault` describes the default. */
export function optionalOption<O extends Option>(option: O, byDefault: string) {
  return withDeclarations(option, valuesOf(option).describe(`${option.describe} Default: ${byDefault}.`).exactOptional());
}

/** The keys of a section for these options, each with its default. */
export function declaredOptions(options: Options): z.ZodRawShape {
  return Object.fromEntries(Object.entries(options).map(([key, option]) => [key, declaredOption(option)]));
}

/** A section that has these options as its keys. */
export function declaredSection(options: Options): z.ZodType<OptionValues, OptionValues> {
  return section(declaredOptions(options)) as unknown as z.ZodType<OptionValues, OptionValues>;
}

/** The values of an entry of a registry, with its type. */
type Choice = OptionValues & { readonly type: string };

/**
 * A section whose `type` names an entry of a registry; the first is the default.
 * @param more keys that an entry has besides its options
 */
export function declaredVariants<Common = unknown, E extends Entry = Entry>(
  registry: readonly E[],
  more: (entry: E) => z.ZodRawShape = () => ({}),
): z.ZodType<Choice & Common, OptionValues> {
  const options = registry.map((entry, i) => {
    const type = i === 0 ? defaultVariantType(entry.type, entry.describe) : variantType(entry.type, entry.describe);
    return section({ type, ...more(entry), ...declaredOptions(entry.options) });
  });
  return variants(...(options as unknown as [(typeof options)[number]])) as unknown as z.ZodType<Choice & Common, OptionValues>;
}

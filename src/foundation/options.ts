/**
 * Options as data. A registry entry (a cell, a layer, a head, ...) declares its options once; the config's schema, the check of model
 * files, the docs and completion read the declaration. It needs no schema library, whose import would delay the opening of a small model.
 */

interface Declared {
  /** What the option means, one or two sentences without its default. */
  readonly describe: string;
  /** For an option without a default: what applies when it is absent, in words. */
  readonly otherwise?: string;
  /**
   * Whether a resumed run may have another value. `true`: the new value applies from the resumed step on. `no-matter`: the value does not
   * affect the result.
   */
  readonly mayChange?: true | 'no-matter';
}

export interface NumberOption extends Declared {
  readonly kind: 'number';
  readonly whole: boolean;
  /** `from` and `to` are allowed, `above` and `below` are not. */
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
  readonly below?: number;
  readonly default: number | undefined;
  /** Whether more of it fits the training text less, so that the model looks worse early in its training and may be better at the end. */
  readonly regularizes?: true;
}

export interface ChoiceOption<T extends string = string> extends Declared {
  readonly kind: 'choice';
  readonly values: readonly [T, ...T[]];
  readonly default: T | undefined;
}

export interface SwitchOption extends Declared {
  readonly kind: 'switch';
  readonly default: boolean;
}

/** A list of whole numbers, each larger than the one before. */
export interface IncreasingOption extends Declared {
  readonly kind: 'increasing';
  /** Bounds of the numbers. */
  readonly from: number;
  readonly to: number;
  /** Longest list. */
  readonly most: number;
  readonly default: undefined;
}

/** The path of a file, relative to the config that contains it. */
export interface PathOption extends Declared {
  readonly kind: 'path';
  readonly default: undefined;
}

/** Several options under one key. The key itself has no default. */
export interface MapOption<D extends Options = Options> extends Declared {
  readonly kind: 'map';
  readonly options: D;
  /** Short form: a value that is not a map sets this option alone. */
  readonly short?: string;
  readonly default: undefined;
}

export type Option = NumberOption | ChoiceOption | SwitchOption | IncreasingOption | PathOption | MapOption;
export interface Options {
  readonly [name: string]: Option;
}

/** The type of the values that a set of options has. */
export type ValuesOf<D extends Options> = {
  readonly [Key in keyof D]: ValueOf<D[Key]> | (D[Key] extends { otherwise: string } ? undefined : never);
};

type ValueOf<O extends Option> =
  O extends ChoiceOption<infer T>
    ? T
    : O extends SwitchOption
      ? boolean
      : O extends IncreasingOption
        ? readonly number[]
        : O extends PathOption
          ? string
          : O extends MapOption
            ? number | OptionValues
            : number;

/** What an option may be set to. */
export type OptionValue = number | string | boolean | readonly number[] | OptionValues;

/** Option values by name, of any declaration. */
export interface OptionValues {
  readonly [name: string]: OptionValue | undefined;
}

/** A registry entry as its file declares it: its functions get option values of the declared types. */
export type Definition<Entry extends { options: Options }, D extends Options> = {
  readonly [Key in keyof Entry]: Key extends 'options'
    ? D
    : NonNullable<Entry[Key]> extends (values: OptionValues, ...rest: infer Rest) => infer Result
      ? (values: ValuesOf<D>, ...rest: Rest) => Result
      : Entry[Key];
};

/** An option that has a default. */
type Defaulted<O, T> = O & { readonly default: T };

/** An option for a whole number from `from` to `to`. */
export function wholeNumberOption(
  from: number,
  to: number,
  byDefault: number,
  describe: string,
): Defaulted<NumberOption, number> {
  return { kind: 'number', whole: true, from, to, default: byDefault, describe };
}

type Range = Pick<NumberOption, 'from' | 'above' | 'to' | 'below'>;

export function numberOption(range: Range, byDefault: number, describe: string): Defaulted<NumberOption, number> {
  return { kind: 'number', whole: false, ...range, default: byDefault, describe };
}

/** The same option, declared as one that regularizes. */
export function regularizing<O extends NumberOption>(option: O): O & { readonly regularizes: true } {
  return { ...option, regularizes: true };
}

export function choiceOption<const T extends string>(
  values: readonly [T, ...T[]],
  byDefault: NoInfer<T>,
  describe: string,
): Defaulted<ChoiceOption<T>, T> {
  return { kind: 'choice', values, default: byDefault, describe };
}

/** The same option without a default: `otherwise` says what applies when it is absent. */
export function optional<O extends NumberOption | ChoiceOption>(
  option: O,
  otherwise: string,
): Omit<O, 'default'> & { readonly default: undefined; readonly otherwise: string } {
  return { ...option, default: undefined, otherwise };
}

export function switchOption(byDefault: boolean, describe: string): SwitchOption {
  return { kind: 'switch', default: byDefault, describe };
}

export function increasingOption(
  range: Pick<IncreasingOption, 'from' | 'to' | 'most'>,
  describe: string,
  otherwise: string,
): IncreasingOption & { readonly otherwise: string } {
  return { kind: 'increasing', ...range, default: undefined, describe, otherwise };
}

export function pathOption(describe: string, otherwise: string): PathOption & { readonly otherwise: string } {
  return { kind: 'path', default: undefined, describe, otherwise };
}

/**
 * Options under one key, each with its default.
 * @param otherwise what applies when the key is absent, in words
 * @param short the option that a value sets which is not a map
 */
export function mapOption(options: Options, otherwise: string, describe: string, short?: string): MapOption {
  return { kind: 'map', options, otherwise, describe, default: undefined, ...(short !== undefined && { short }) };
}

/** The defaults of options, by their names; undefined for an option without one. */
export function defaultsOf(options: Options): OptionValues {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
}

/** What is allowed, in words: `a whole number from 1 to 64`, `tanh, relu`. */
export function allowedValues(option: Option): string {
  switch (option.kind) {
    case 'choice':
      return option.values.join(', ');
    case 'switch':
      return 'true, false';
    case 'increasing':
      return `a list of at most ${option.most} increasing whole numbers from ${option.from} to ${option.to}`;
    case 'path':
      return 'a path (in quotes when it looks like a number)';
    case 'map': {
      const map = `a map with keys out of ${Object.keys(option.options).join(', ')}`;
      return option.short === undefined ? map : `${allowedValues(option.options[option.short]!)}, or ${map}`;
    }
    case 'number': {
      const { whole, from, above, to, below } = option;
      if (whole) return `a whole number from ${from} to ${to}`;
      const bounds = [
        from === undefined ? [] : [`at least ${from}`],
        above === undefined ? [] : [`above ${above}`],
        to === undefined ? [] : [`at most ${to}`],
        below === undefined ? [] : [`below ${below}`],
      ].flat();
      return `a number ${bounds.join(' and ')}`;
    }
  }
}

/** Whether the option allows a value of unknown type. */
export function isAllowed(option: Option, value: unknown): boolean {
  switch (option.kind) {
    case 'choice':
      return option.values.some((allowed) => allowed === value);
    case 'switch':
      return typeof value === 'boolean';
    case 'increasing': {
      const { from, to, most } = option;
      if (!Array.isArray(value) || value.length < 1 || value.length > most) return false;
      return value.every((one, i) => Number.isInteger(one) && one >= from && one <= to && (i === 0 || one > value[i - 1]));
    }
    case 'path':
      return typeof value === 'string' && value.length >= 1 && value.length <= 4096 && !value.includes('\0');
    case 'map': {
      if (typeof value !== 'object' || value === null || Array.isArray(value))
        return option.short !== undefined && isAllowed(option.options[option.short]!, value);
      return Object.entries(value).every(([name, inner]) => {
        const known = Object.hasOwn(option.options, name) ? option.options[name] : undefined;
        return known !== undefined && isAllowed(known, inner);
      });
    }
    case 'number': {
      const { whole, from, above, to, below } = option;
      if (typeof value !== 'number' || !Number.isFinite(value) || (whole && !Number.isInteger(value))) return false;
      if (from !== undefined && value < from) return false;
      if (above !== undefined && value <= above) return false;
      if (to !== undefined && value > to) return false;
      return below === undefined || value < below;
    }
  }
}

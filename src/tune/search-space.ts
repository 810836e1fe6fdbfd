import { parseSweep } from '../config/sweep-flag.js';
import { UserError } from '../foundation/errors.js';
import { printable } from '../foundation/printable.js';
import type { SearchDimension, SearchPoint, SearchSpace } from './trial.js';

const scales = ['log', 'linear', 'integer', 'log-integer'] as const;
type NumericScale = (typeof scales)[number];
type NumericDimension = Extract<SearchDimension, { scale: NumericScale }>;

const example = 'training.optimizer.learningRate=log(1e-4,1e-1)';

/** The most dimensions of a space: those of the table of direction numbers of the Sobol sequence. */
const maximumDimensions = 20;

/**
 * A flag `--search KEY=log(LOW,HIGH)`, with `log`, `linear`, `integer` or `log-integer`, or `--search KEY=a,b,c`, values as YAML.
 * @throws UserError usage naming the flag and the column of the problem in it
 */
export function parseSearchDimension(text: string): SearchDimension {
  const equals = text.indexOf('=');
  const key = text.slice(0, Math.max(equals, 0)).trim();
  if (!/^\w+(?:\.\w+)*$/.test(key))
    throw problem(text, 0, `write a key and what it may be, as in --search '${example}' or --search model.cell.type=lstm,gru`);
  const [, name, inside] = /^\s*([\w-]+)\s*\((.*)$/s.exec(text.slice(equals + 1)) ?? [];
  if (name === undefined || inside === undefined) return { key, scale: 'choice', values: choices(text, equals + 1) };
  const scale = scales.find((one) => one === name);
  if (scale === undefined)
    throw problem(
      text,
      text.indexOf(name, equals),
      `${name} is no scale; there are ${scales.join(', ')}, and lists as in a,b,c`,
    );
  const within = /^(.*)\)\s*$/s.exec(inside)?.[1];
  if (within === undefined) throw problem(text, text.trimEnd().length, `the closing bracket of ${scale} is missing`);
  return { key, scale, ...bounds(text, within, scale, text.indexOf('(', equals) + 1) };
}

/** @param at where the text between the brackets begins in the flag */
function bounds(text: string, inside: string, scale: NumericScale, at: number): { low: number; high: number } {
  const parts = inside.split(',');
  const [first = '', second = ''] = parts;
  if (parts.length !== 2) throw problem(text, at, `${scale} has two bounds, as in ${scale}(1,100); found ${parts.length}`);
  const places = [at + leading(first), at + first.length + 1 + leading(second)] as const;
  const isWhole = scale === 'integer' || scale === 'log-integer';
  const [low, high] = [first, second].map((part, i) => {
    const value = part.trim() === '' ? Number.NaN : Number(part);
    const found = part.trim() === '' ? 'nothing' : printable(part.trim(), 40);
    if (!Number.isFinite(value)) throw problem(text, places[i]!, `a bound of ${scale} is a number; found ${found}`);
    if (isWhole && !Number.isSafeInteger(value))
      throw problem(text, places[i]!, `a bound of ${scale} is a whole number; found ${found}`);
    if (scale.startsWith('log') && value <= 0)
      throw problem(text, places[i]!, `a bound of ${scale} is above 0; found ${found}`);
    return value;
  }) as [number, number];
  if (low >= high) throw problem(text, places[1], `the upper bound must be above the lower bound ${low}; found ${high}`);
  return { low, high };
}

const leading = (part: string) => part.length - part.trimStart().length;

function choices(text: string, at: number): readonly string[] {
  if (text.slice(at).trim() === '')
    throw problem(text, at, `the values are missing; write a scale, as in ${example}, or a list, as in a,b,c`);
  let values: readonly string[];
  try {
    ({ values } = parseSweep(`x=${text.slice(at)}`));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw problem(text, at + leading(text.slice(at)), error.message.slice(error.message.indexOf(': ') + 2));
  }
  if (values.length < 2)
    throw problem(
      text,
      at + leading(text.slice(at)),
      'one value leaves nothing to search; give several, or a scale with two bounds',
    );
  return values;
}

/** @param offset of the problem in the text of the flag */
function problem(text: string, offset: number, what: string): UserError {
  return new UserError('usage', `--search ${printable(text, 200)}, column ${offset + 1}: ${what}`);
}

/**
 * The space of all `--search` flags.
 * @throws UserError usage for a flag that cannot be read, a key that is given twice, and a key within another
 */
export function searchSpace(texts: readonly string[]): SearchSpace {
  const space = texts.map(parseSearchDimension);
  for (const [i, { key }] of space.entries()) {
    for (const { key: before } of space.slice(0, i)) {
      if (key === before) throw problem(texts[i]!, 0, `${key} is given twice`);
      const [outer, inner] = key.length < before.length ? [key, before] : [before, key];
      if (inner.startsWith(`${outer}.`))
        throw problem(texts[i]!, 0, `${inner} is a part of ${outer}, which is searched too; search one of them`);
    }
  }
  if (space.length > maximumDimensions)
    throw problem(texts[maximumDimensions]!, 0, `a search has at most ${maximumDimensions} keys; found ${space.length}`);
  return space;
}

/** Overrides of the config, `key=value`, for a point of the space. */
export function changesAt(space: SearchSpace, point: SearchPoint): string[] {
  return space.map((dimension, i) => `${dimension.key}=${valueAt(dimension, point[i]!)}`);
}

/**
 * The value of a dimension at a coordinate from 0 to 1, as YAML: a whole number; a number rounded to 4 significant digits on a logarithmic
 * scale, to a ten-thousandth of the range or less on a linear one; or the choice. Both bounds are among the values.
 */
function valueAt(dimension: SearchDimension, coordinate: number): string {
  if (dimension.scale === 'choice') return dimension.values[choiceAt(dimension.values, coordinate)]!;
  return String(numberAt(dimension, coordinate));
}

/** The place of the choice at a coordinate. All have equal parts of the interval from 0 to 1. */
function choiceAt(values: readonly string[], coordinate: number): number {
  return Math.min(values.length - 1, Math.floor(coordinate * values.length));
}

function numberAt(dimension: NumericDimension, coordinate: number): number {
  const { scale, low, high } = dimension;
  const [from, to] = ends(dimension);
  const exact = scale.startsWith('log') ? Math.exp(from + coordinate * (to - from)) : from + coordinate * (to - from);
  const round = (value: number) =>
    scale === 'log' ? Number(value.toPrecision(4)) : scale === 'linear' ? roundedTo(value, high - low) : Math.round(value);
  const rounded = round(exact);
  if (rounded <= round(low)) return low;
  return rounded >= round(high) ? high : rounded;
}

/** A number with as many decimals as a ten-thousandth of the range has. */
function roundedTo(value: number, range: number): number {
  const decimals = Math.min(100, Math.max(0, 4 - Math.floor(Math.log10(range)) - 1));
  return Number(value.toFixed(decimals));
}

/** Both ends of the scale, where coordinates are 0 and 1. Every whole number has an interval of its own around it. */
function ends({ scale, low, high }: NumericDimension): readonly [number, number] {
  if (scale === 'linear') return [low, high];
  if (scale === 'log') return [Math.log(low), Math.log(high)];
  if (scale === 'integer') return [low - 0.5, high + 0.5];
  return [Math.log(low - 0.5), Math.log(high + 0.5)];
}

/** The coordinate from 0 to 1 at which a number dimension has a value. */
function coordinateOf(dimension: NumericDimension, value: number): number {
  const [from, to] = ends(dimension);
  return ((dimension.scale.startsWith('log') ? Math.log(value) : value) - from) / (to - from);
}

/**
 * A point as the model of the losses reads it: for a number the coordinate of the value that it gives, for a choice its place in the list. Points
 * that give the same config have the same inputs.
 */
export function inputsOf(space: SearchSpace, point: SearchPoint): number[] {
  return space.map((dimension, i) =>
    dimension.scale === 'choice'
      ? choiceAt(dimension.values, point[i]!)
      : coordinateOf(dimension, numberAt(dimension, point[i]!)),
  );
}

/** Share of a scale next to each bound that counts as the bound. */
const NEAR = 0.03;

/** Whether a value lies on a bound of its dimension, or so near that a better one may be beyond it. Choices have no bounds. */
export function isOnBound(dimension: SearchDimension, coordinate: number): boolean {
  if (dimension.scale === 'choice') return false;
  const value = numberAt(dimension, coordinate);
  return value === dimension.low || value === dimension.high || coordinate < NEAR || coordinate > 1 - NEAR;
}

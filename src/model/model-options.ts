import { UserError } from '../errors.js';
import type { CellChoice } from './cells/index.js';
import type { ModelOptions } from './parameter-table.js';

const choices = { reset: ['after', 'before'], nonlinearity: ['tanh', 'relu'] } as const;

/**
 * What the `model` section of a resolved config and the size of its vocabulary say about a model. A section out of a model file is
 * not trusted: every value is checked, by hand, since the config's schema takes longer to load than a small model to answer.
 *
 * @param source what error messages call the place that the section comes from.
 * @throws UserError `model` naming the key, the value and what is allowed.
 */
export function modelOptions(section: unknown, vocabularySize: number, source = 'the config'): ModelOptions {
  const model = mapAt(section, 'model', source);
  const options: ModelOptions = {
    vocabularySize,
    cell: cellChoice(mapAt(model.cell, 'model.cell', source), source),
    layers: sizeAt(model.layers, 64, 'model.layers', source),
    embeddingSize: sizeAt(model.embeddingSize, 65_536, 'model.embeddingSize', source),
    hiddenSize: sizeAt(model.hiddenSize, 65_536, 'model.hiddenSize', source),
    dropout: dropoutAt(model.dropout, source),
    tieWeights: oneOf(model.tieWeights, [false, true], 'model.tieWeights', source),
  };
  if (options.tieWeights && options.embeddingSize !== options.hiddenSize) {
    const sizes = `model.embeddingSize ${options.embeddingSize} and model.hiddenSize ${options.hiddenSize}`;
    throw new UserError('model', `${source}: model.tieWeights needs equal sizes, and there are ${sizes}`);
  }
  return options;
}

type Section = Readonly<Record<string, unknown>>;

function cellChoice(cell: Section, source: string): CellChoice {
  const type = oneOf(cell.type, ['lstm', 'gru', 'rnn'], 'model.cell.type', source);
  if (type === 'gru') return { type, reset: oneOf(cell.reset, choices.reset, 'model.cell.reset', source) };
  if (type === 'rnn')
    return { type, nonlinearity: oneOf(cell.nonlinearity, choices.nonlinearity, 'model.cell.nonlinearity', source) };
  return { type };
}

function mapAt(value: unknown, key: string, source: string): Section {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Section;
  throw invalid(source, key, value, 'a map');
}

function sizeAt(value: unknown, maximum: number, key: string, source: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw invalid(source, key, value, `a whole number from 1 to ${maximum}`);
}

function dropoutAt(value: unknown, source: string): number {
  if (typeof value === 'number' && value >= 0 && value < 1) return value;
  throw invalid(source, 'model.dropout', value, 'a number at least 0 and below 1');
}

function oneOf<const T>(value: unknown, allowed: readonly T[], key: string, source: string): T {
  const found = allowed.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw invalid(source, key, value, allowed.join(', '));
}

function invalid(source: string, key: string, value: unknown, allowed: string): UserError {
  // Nothing of a long or strange value is repeated: the message goes to a terminal.
  const plain =
    typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && /^[\w.-]{0,40}$/.test(value));
  const found =
    value === undefined ? 'missing' : plain ? JSON.stringify(value) : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  return new UserError('model', `${source}: ${key} is ${found}; allowed: ${allowed}`);
}

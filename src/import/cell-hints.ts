import { type JsonValue, memberOf, parseStrictJson } from '../checkpoint/strict-json.js';
import { UserError } from '../errors.js';
import type { InferredModel } from './infer-model.js';

/** What names and shapes do not tell. */
export interface CellHints {
  /** Of an rnn; default tanh, as torch.nn.RNN's. */
  readonly nonlinearity?: 'tanh' | 'relu' | undefined;
  /** Of a gru; default after, as torch.nn.GRU's. */
  readonly reset?: 'after' | 'before' | undefined;
}

/** What an export of ours says of its cell in its metadata; nothing for other files, and for what is no cell. */
export function hintsOf(metadata: ReadonlyMap<string, string>): CellHints {
  if (metadata.get('producer') !== 'textloom') return {};
  let model: JsonValue | undefined;
  try {
    model = parseStrictJson(metadata.get('model') ?? 'null');
  } catch {
    return {};
  }
  const cell = memberOf(model, 'cell');
  const nonlinearity = (['tanh', 'relu'] as const).find((name) => name === memberOf(cell, 'nonlinearity'));
  const reset = (['after', 'before'] as const).find((name) => name === memberOf(cell, 'reset'));
  return { nonlinearity, reset };
}

/** @throws UserError `usage` for a hint that is about another cell than the file's. */
export function refuseIdleHints(path: string, { cell: { type } }: InferredModel, { nonlinearity, reset }: CellHints): void {
  const idle = [
    ...(nonlinearity !== undefined && type !== 'rnn' ? [`--nonlinearity ${nonlinearity}`] : []),
    ...(reset !== undefined && type !== 'gru' ? [`--reset ${reset}`] : []),
  ];
  if (idle.length === 0) return;
  throw new UserError('usage', `${idle.join(' and ')}: the cell in ${path} is of type ${type}, to which this means nothing`);
}

/** What was taken for granted about the cell, and the flag that says otherwise. */
export function assumptions({ cell: { type } }: InferredModel, { nonlinearity, reset }: CellHints): string[] {
  if (type === 'rnn' && nonlinearity === undefined) return ['tanh, as in torch.nn.RNN (else --nonlinearity relu)'];
  if (type === 'gru' && reset === undefined) return ['reset after the product, as in torch.nn.GRU (else --reset before)'];
  return [];
}

import type { Engine } from '../engine/engine.js';
import type { LanguageModel } from '../model/window-programs.js';
import { ApiError } from './api-error.js';
import type { RowScheduler } from './row-scheduler.js';

/** A model that the server offers. */
export interface ServedModel {
  /** By which requests select it. */
  readonly name: string;
  readonly model: LanguageModel;
  /** Of one shard. */
  readonly engine: Engine;
  readonly scheduler: RowScheduler;
  /** Normalizes a text and handles characters that the vocabulary lacks. @throws UserError `data` where they are refused */
  prepare(text: string): string;
  /** The vector of a text; absent where the model gives only predictions. */
  readonly embed?: ((ids: Int32Array, signal: AbortSignal) => Promise<Float64Array>) | undefined;
}

/** Texts or token ids, as in a request. */
export type TextInput = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

/** A text of a request. */
export interface InputText {
  readonly ids: Int32Array;
  /** As the tokenizer has read it. */
  readonly text: string;
}

/**
 * The texts of a request.
 * @param parameter its name in the request
 * @param most tokens of all texts together
 * @throws ApiError 400 for ids that are not in the vocabulary, and for too many tokens; UserError `data` for unknown characters
 */
export function readInput({ model, prepare }: ServedModel, input: TextInput, parameter: string, most: number): InputText[] {
  const { tokenizer } = model;
  const size = tokenizer.vocabulary.size;
  let left = most;
  const take = (count: number) => {
    left -= count;
    if (left >= 0) return;
    throw new ApiError(400, `${parameter} has more than ${most} tokens, the limit of this server`, {
      param: parameter,
      code: 'context_length_exceeded',
    });
  };
  const fromText = (given: string): InputText => {
    const text = prepare(given);
    const ids = tokenizer.encode(text);
    take(ids.length);
    return { ids, text };
  };
  const fromIds = (given: readonly number[]): InputText => {
    take(given.length);
    const place = given.findIndex((id) => id >= size);
    if (place >= 0)
      throw new ApiError(400, `${parameter} has the token ${given[place]}, and those of this model are 0 to ${size - 1}`, {
        param: parameter,
        code: 'invalid_value',
      });
    return { ids: Int32Array.from(given), text: tokenizer.decode(given) };
  };
  if (typeof input === 'string') return [fromText(input)];
  if (typeof input[0] === 'number') return [fromIds(input as readonly number[])];
  return (input as readonly (string | readonly number[])[]).map((one) =>
    typeof one === 'string' ? fromText(one) : fromIds(one),
  );
}

import { endianness } from 'node:os';
import type { Engine } from '../engine/engine.js';
import { createHiddenReader } from '../evaluate/hidden-states.js';
import type { LanguageModel } from '../model/window-programs.js';
import { firstToken } from '../sample/special-tokens.js';
import { ApiError } from './api-error.js';
import type { EmbeddingBody } from './request-schemas.js';
import type { InputText, ServedModel } from './served-model.js';

/**
 * Returns the function that makes the vector of a text: the mean over its tokens of the outputs of the last layer, of both stacks of a
 * bidirectional model, scaled to length 1. Texts are read one after another. Undefined for an exported file, which has no such outputs.
 */
export function createEmbedder(model: LanguageModel, engine: Engine): ServedModel['embed'] {
  if ('exported' in model) return undefined;
  const stacks = [model, ...(model.backward ? [model.backward] : [])];
  // Programs are created at the first use: most servers get no such request.
  let readers: ReturnType<typeof createHiddenReader>[] | undefined;
  const before = firstToken(model.tokenizer);
  let last: Promise<unknown> = Promise.resolve();

  async function embed(ids: Int32Array, signal: AbortSignal): Promise<Float64Array> {
    readers ??= stacks.map((stack) => createHiddenReader(stack, engine));
    const means: number[] = [];
    for (const read of readers) {
      signal.throwIfAborted();
      const { rows } = await read(ids, before);
      const sums = new Float64Array(rows[0]!.length);
      for (const row of rows) for (let i = 0; i < sums.length; i++) sums[i]! += row[i]!;
      means.push(...sums);
    }
    const vector = Float64Array.from(means);
    const length = Math.hypot(...vector);
    return length > 0 ? vector.map((value) => value / length) : vector;
  }

  return (ids, signal) => {
    const own = last.then(() => embed(ids, signal));
    last = own.catch(() => {});
    return own;
  };
}

/** The answer to a request for embeddings. @throws ApiError 400 for a model or a text without */
export async function embedTexts(
  { name, embed }: ServedModel,
  inputs: readonly InputText[],
  body: EmbeddingBody,
  signal: AbortSignal,
) {
  if (embed === undefined)
    throw new ApiError(400, `${name} is an exported file, which gives only predictions: serve the model it was made of`, {
      param: 'model',
      code: 'model_not_supported',
    });
  if (inputs.some(({ ids }) => ids.length === 0))
    throw new ApiError(400, 'input: an empty text has no tokens and no vector', { param: 'input', code: 'invalid_value' });
  const data = [];
  for (const [index, { ids }] of inputs.entries()) {
    const vector = await embed(ids, signal);
    if (body.dimensions !== undefined && body.dimensions !== null && body.dimensions !== vector.length)
      throw new ApiError(400, `dimensions is ${body.dimensions}: the vectors of this model have ${vector.length}`, {
        param: 'dimensions',
        code: 'invalid_value',
      });
    const embedding = body.encoding_format === 'base64' ? base64Floats(vector) : Array.from(vector);
    data.push({ object: 'embedding' as const, index, embedding });
  }
  return { object: 'list' as const, model: name, data };
}

/** 32-bit floats, the lowest byte first. */
function base64Floats(vector: Float64Array): string {
  const bytes = Buffer.from(Float32Array.from(vector).buffer);
  return (endianness() === 'LE' ? bytes : bytes.swap32()).toString('base64');
}

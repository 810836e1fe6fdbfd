import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { collectLosses, scoreText } from '../../src/evaluate/perplexity.js';
import { areShort } from '../../src/evaluate/score-documents.js';
import { createRandom } from '../../src/foundation/random.js';
import { memoryTokenSource } from '../../src/text/batches.js';
import { findSequences } from '../../src/text/sequences.js';
import { relativeError } from '../engine/model-fixture.js';
import { randomModel } from '../sample/trained-model.js';
import { tokenLosses } from './token-losses.js';

const random = createRandom(9);
const V = 22;

/** A text in which documents of these lengths end with token 0. */
function textOf(lengths: readonly number[]) {
  const ids = Int32Array.from(lengths.flatMap((length) => [...Array.from({ length }, () => 1 + random.integer(V - 1)), 0]));
  return memoryTokenSource(
    ids,
    Uint8Array.from(ids, (id) => (id === 0 ? 1 : 0)),
  );
}

describe('documents that are scored in parallel', () => {
  it('have the losses of reading in order, over several segments, in order', async () => {
    const tokens = textOf(Array.from({ length: 2400 }, (_, i) => 1 + ((i * i) % 61)));
    expect(tokens.length).toBeGreaterThan(65_536);
    const engine = createTypedArrayEngine({ shards: 2, threads: 1 });
    const model = randomModel(engine);
    const starts: number[] = [];
    const { losses } = await collectLosses(tokens, (onLosses) =>
      scoreText({ model, engine, tokens }, (part, start, count) => {
        starts.push(start, start + count);
        onLosses(part, start, count);
      }),
    );
    // Each segment begins where the one before it ends.
    expect(starts).toHaveLength(4);
    expect([starts[0], starts[1], starts[3]]).toEqual([0, starts[2], tokens.length - 1]);
    const inOrder = await tokenLosses({ model, engine, tokens, sequenceLength: 32 });
    expect(relativeError(losses, inOrder)).toBeLessThan(1e-5);
    engine.close();
  });

  it('are those of texts without a long one', async () => {
    expect(areShort(findSequences(textOf([5, 4000, 3])))).toBe(true);
    expect(areShort(findSequences(textOf([5, 4200, 3])))).toBe(false);
    expect(areShort(findSequences(textOf([5])))).toBe(false);
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = randomModel(engine);
    const tokens = textOf([5, 4200, 3]);
    const losses = await tokenLosses({ model, engine, tokens });
    expect(relativeError(losses, await tokenLosses({ model, engine, tokens, sequenceLength: 32 }))).toBeLessThan(1e-6);
    engine.close();
  });
});

describe('the sequences of a text', () => {
  it('begin at the first token and where a document ends, except at the last token', () => {
    const placesOf = (ids: number[]) => {
      const marks = Uint8Array.from(ids, (id) => (id === 0 ? 1 : 0));
      const { count, place, lengthOf } = findSequences(memoryTokenSource(Int32Array.from(ids), marks));
      return Array.from({ length: count }, (_, i) => [place(i), lengthOf(i)]);
    };
    expect(placesOf([1, 2, 0, 3, 0])).toEqual([
      [0, 2],
      [2, 2],
    ]);
    expect(placesOf([0, 1, 0, 0, 2])).toEqual([
      [0, 2],
      [2, 1],
      [3, 1],
    ]);
    expect(placesOf([0])).toEqual([]);
    expect(placesOf([])).toEqual([]);
  });
});

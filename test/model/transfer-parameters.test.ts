import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../src/model/architecture.js';
import { heads } from '../../src/model/heads/index.js';
import { entryView, parameterTable } from '../../src/model/parameter-table.js';
import { type ModelOptions, modelOptions } from '../../src/model/specification.js';
import {
  boundToVocabulary,
  isSameVocabulary,
  misfitsOf,
  sourceRows,
  transferParameters,
} from '../../src/model/transfer-parameters.js';

/** Sizes of which none is another's. */
const optionsOf = (type: string, vocabularySize: number) =>
  modelOptions({ layers: [{ type: 'lstm', size: 24 }], embedding: { size: 20 }, head: { type } }, vocabularySize);

describe('parameters of a head', () => {
  it.each(heads.map(({ type }) => type))('with a row for each token say so: %s', (type) => {
    const sizes = (vocabularySize: number) =>
      new Map(architectureOf(optionsOf(type, vocabularySize)).parameters.map((parameter) => [parameter.name, parameter]));
    const [small, large] = [sizes(901), sizes(902)];
    for (const { name, shape, tokenRows } of small.values()) {
      const isRows = shape[0] === 901 && large.get(name)?.shape[0] === 902;
      expect(tokenRows === true, name).toBe(isRows);
    }
  });

  it('of a softmax depend on the vocabulary only by such rows', () => {
    for (const type of ['softmax', 'mixture-of-softmaxes']) expect(boundToVocabulary(optionsOf(type, 901))).toEqual([]);
  });

  it('of an adaptive softmax depend on its size', () => {
    // From 904 to 905 tokens a fifth of the vocabulary, where the second cluster begins, becomes one more.
    const bound = boundToVocabulary(optionsOf('adaptive-softmax', 904));
    expect(bound).toEqual(['decoder.tail.0.1.weight']);
    expect(boundToVocabulary(optionsOf('adaptive-softmax', 901))).toEqual(['decoder.tail.1.1.weight']);
  });
});

describe('the rows of tokens in another vocabulary', () => {
  const there = ['a', 'b', 'c'];
  const rowsOf = (tokens: string[]) =>
    sourceRows(tokens, (token) => (there.includes(token) ? there.indexOf(token) : undefined));

  it('are its ids there, and -1 where it is not there', () => {
    expect([...rowsOf(['c', 'x', 'a'])]).toEqual([2, -1, 0]);
  });

  it.each<[boolean, string[]]>([
    [true, ['a', 'b', 'c']],
    [false, ['b', 'a', 'c']],
    [false, ['a', 'b']],
    [false, ['a', 'b', 'c', 'd']],
    [false, ['a', 'b', 'x']],
  ])('show whether both are equal: %j, %j', (same, tokens) => {
    expect(isSameVocabulary(rowsOf(tokens), 3)).toBe(same);
  });
});

describe('the parameters of a trained model', () => {
  const modelOf = (vocabularySize: number, size = 3, layers: object[] = [{ type: 'rnn', size }]) =>
    modelOptions({ embedding: { size: 2 }, layers }, vocabularySize);
  const sourceOf = (options: ModelOptions) => {
    const table = parameterTable(options);
    const parameters = new Map(
      table.entries.map(({ name, offset, length }) => [name, Float32Array.from({ length }, (_, i) => 100 * (offset + 1) + i)]),
    );
    return { options, table, parameters };
  };

  it('fit a model that is equal except for its vocabulary', () => {
    expect(misfitsOf(sourceOf(modelOf(4)), modelOf(4))).toEqual([]);
    expect(misfitsOf(sourceOf(modelOf(4)), modelOf(7))).toEqual([]);
  });

  it('do not fit where a shape is another one, or a parameter is missing', () => {
    const source = sourceOf(modelOf(4));
    expect(misfitsOf(source, modelOf(4, 5))).toEqual([
      { name: 'rnn.weight_ih_l0', needed: [5, 2], found: [3, 2] },
      { name: 'rnn.weight_hh_l0', needed: [5, 5], found: [3, 3] },
      { name: 'rnn.bias_ih_l0', needed: [5], found: [3] },
      { name: 'rnn.bias_hh_l0', needed: [5], found: [3] },
      { name: 'decoder.weight', needed: [4, 5], found: [4, 3] },
    ]);
    const more = modelOf(4, 3, [{ type: 'rnn', size: 3 }, { type: 'normalization' }]);
    expect(misfitsOf(source, more).map(({ name, found }) => [name, found])).toEqual([
      ['layers.1.weight', undefined],
      ['layers.1.bias', undefined],
    ]);
    // A vocabulary of three tokens there: the same numbers, but in other places.
    const other = { ...source, table: parameterTable(modelOf(4)), options: modelOf(3) };
    expect(misfitsOf(other, modelOf(4)).map(({ name }) => name)).toEqual(['encoder.weight', 'decoder.weight', 'decoder.bias']);
  });

  it('are copied; tokens take the rows that they have there, and the others stay as they are', () => {
    const source = sourceOf(modelOf(3));
    const table = parameterTable(modelOf(4));
    const arena = new Float32Array(table.arenaLength).fill(-7);
    transferParameters(source, arena, table, Int32Array.of(2, -1, 0, 1));
    const found = (name: string) => [...entryView(arena, table.entries.find((entry) => entry.name === name)!)];
    for (const name of ['rnn.weight_ih_l0', 'rnn.weight_hh_l0', 'rnn.bias_ih_l0', 'rnn.bias_hh_l0'])
      expect(found(name)).toEqual([...source.parameters.get(name)!]);
    const [embedding, bias] = ['encoder.weight', 'decoder.bias'].map((name) => [...source.parameters.get(name)!]);
    expect(found('encoder.weight')).toEqual([...embedding!.slice(4), -7, -7, ...embedding!.slice(0, 4)]);
    expect(found('decoder.bias')).toEqual([bias![2], -7, bias![0], bias![1]]);
  });
});

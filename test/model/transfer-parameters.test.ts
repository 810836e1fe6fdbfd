import { describe, expect, it } from 'vitest';
import { architectureOf } from '../../src/model/architecture.js';
import { heads } from '../../src/model/heads/index.js';
import { modelOptions } from '../../src/model/specification.js';
import { boundToVocabulary } from '../../src/model/transfer-parameters.js';

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
});

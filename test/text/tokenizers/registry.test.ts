/** Every tokenizer of the registry, with every combination of its options: a new entry is tested by being registered. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configFileSchema } from '../../../src/config/schema/config.js';
import {
  createTokenizerTrainer,
  type TokenizerChoice,
  tokenizerFromJSON,
  tokenizerTypes,
  trainTokenizer,
} from '../../../src/text/tokenizers/index.js';
import { variantsOf } from '../../variants.js';
import { splitPieces } from '../split-pieces.js';

/** Values of options that have no default, where one is needed or worth a try. */
const chosen = (choice: TokenizerChoice): TokenizerChoice[] =>
  choice.type === 'bpe' ? [{ ...choice, vocabularySize: 262 }] : [choice];

const choices = tokenizerTypes
  .flatMap((declaration) => variantsOf(declaration) as TokenizerChoice[])
  .flatMap(chosen)
  .map((choice) => [JSON.stringify(choice), choice] as const);

const train = (choice: TokenizerChoice, text: string, documentEnd = false) => {
  const trainer = createTokenizerTrainer(choice, documentEnd);
  trainer.add(text);
  return trainer.finish();
};

const text = 'The fox, the crow\nand the fox.\n\nThe end of the fox\n';

describe.each(choices)('tokenizer %s', (_, choice) => {
  const declaration = tokenizerTypes.find(({ type }) => type === choice.type)!;

  it('is accepted in a config', () => {
    const { tokenizer } = configFileSchema.parse({ corpus: { path: 'x.txt' }, tokenizer: choice }) as { tokenizer: unknown };
    expect(tokenizer).toEqual(choice);
  });

  it.each([false, true])('is rebuilt from its state, whose keys are declared (documents end: %s)', (documentEnd) => {
    const tokenizer = train(choice, text, documentEnd);
    expect(tokenizer.type).toBe(choice.type);
    const { type, ...state } = JSON.parse(JSON.stringify(tokenizer));
    expect(declaration.stateKeys).toEqual(expect.arrayContaining(Object.keys(state)));
    const again = tokenizerFromJSON({ type, ...state });
    expect(again.vocabulary.tokens).toEqual(tokenizer.vocabulary.tokens);
    expect([again.lineEndId, again.documentEndId]).toEqual([tokenizer.lineEndId, tokenizer.documentEndId]);
    if (documentEnd) expect(again.documentEndId).toBeDefined();
    const ids = tokenizer.encode(text);
    expect(again.encode(text)).toEqual(ids);
    expect(again.decode(ids)).toBe(tokenizer.decode(ids));
    expect(() => tokenizerFromJSON({ type, ...state, more: 1 })).toThrow('unknown key');
  });

  it('decodes the ids of a text to a text with the same ids', () => {
    const tokenizer = train(choice, text);
    const ids = tokenizer.encode(text);
    expect(Math.max(...ids)).toBeLessThan(tokenizer.vocabulary.size);
    expect(tokenizer.encode(tokenizer.decode(ids))).toEqual(ids);
  });

  it('is the same from a text in pieces', () => {
    const trainer = createTokenizerTrainer(choice, false);
    let rest = '';
    for (const line of text.split(/(?<=\n)/)) {
      rest += line;
      const at = trainer.cut(rest);
      trainer.add(rest.slice(0, at));
      rest = rest.slice(at);
    }
    trainer.add(rest);
    expect(trainer.finish().toJSON()).toEqual(train(choice, text).toJSON());
  });

  it('is trained on the training split alone: later text has no effect', async () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), minLength: 10, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(letters, letters, letters, async (before, one, other) => {
        const state = async (after: string) => {
          const corpus = await splitPieces([`a a ${before}${after}xyz!`], { train: 0.5, test: 0.5 }, 'character', 'f');
          return train(choice, corpus.train).toJSON();
        };
        expect(await state(one)).toEqual(await state(other));
        if (!declaration.known && choice.type !== 'bpe') expect(JSON.stringify(await state(one))).not.toContain('z');
      }),
      { numRuns: 30 },
    );
  });
});

describe('a declaration', () => {
  it.each(tokenizerTypes)('of $type needs a text, or gives what a text would', ({ type, known }) => {
    if (known === undefined) expect(() => train({ type, vocabularySize: 300 }, '')).toThrow('the training text');
    else expect(known(true).toJSON()).toEqual(train({ type }, text, true).toJSON());
  });

  it.each(tokenizerTypes)('of $type is extensible where its vocabulary can lack something', ({ type, extensible }) => {
    const { encode, vocabulary } = train({ type, vocabularySize: 300 }, 'a b a b a b');
    const attempt = () => [...encode('a \u4e00')].filter((id) => id === vocabulary.unknownId).length;
    if (!extensible) expect(attempt()).toBe(0);
    else if (vocabulary.unknownId !== undefined) expect(attempt()).toBe(1);
    else expect(attempt).toThrow('not in the vocabulary');
  });
});

it('builds each type with the options of the library', () => {
  expect(trainTokenizer({ type: 'character' }, 'a b').vocabulary.tokens).toEqual([' ', 'a', 'b']);
  expect(trainTokenizer({ type: 'word' }, 'a b').vocabulary.tokens).toEqual(['<unk>', '<eos>', 'a', 'b']);
  expect(trainTokenizer({ type: 'byte' }, 'a b').vocabulary.size).toBe(256);
  expect(trainTokenizer({ type: 'bpe', vocabularySize: 257 }, 'ab ab').vocabulary.tokens.slice(256)).toEqual(['ab']);
  expect(trainTokenizer({ type: 'byte', documentEnd: true }, 'a b').documentEndId).toBe(256);
});

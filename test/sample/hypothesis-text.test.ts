import { describe, expect, it } from 'vitest';
import type { ModelDescription } from '../../src/model/model-description.js';
import { createHypothesisText } from '../../src/sample/hypothesis-text.js';
import { regularExpressionConstraint } from '../../src/sample/regular-expression-constraint.js';
import { tokenizerFromJSON } from '../../src/text/tokenizers/index.js';
import type { Tokenizer } from '../../src/text/tokenizers/tokenizer.js';

const byte = tokenizerFromJSON({ type: 'byte' });
const word = tokenizerFromJSON({ type: 'word', tokens: ['<unk>', '<eos>', 'the', 'fox'] });
const idsOf = (text: string) => [...Buffer.from(text)];

/** A model that reads forward, of which only the tokenizer counts here. */
const modelOf = (tokenizer: Tokenizer) => ({ tokenizer, options: {} }) as ModelDescription;

type Options = Parameters<typeof createHypothesisText>[2];

/** What becomes of a text of bytes; the place is that of the constraint after its tokens. */
function textOf(ids: readonly number[], options: Partial<Options> = {}) {
  const prompt = { text: '', ids: new Int32Array(0), state: [], logits: new Float32Array(256) };
  const { constraint } = options;
  let place = constraint?.start ?? 0;
  for (const id of ids) if (constraint && id !== options.endToken) place = constraint.next(place, id);
  return createHypothesisText(modelOf(byte), prompt, { maximumTokens: 100, ...options })(ids, place);
}

describe('the tokens of a hypothesis', () => {
  it('are no finished text before something ends it', () => {
    expect(textOf(idsOf('abc'))).toBeUndefined();
    expect(textOf(idsOf('abc'), { stop: ['d', 'bd'], endToken: 0 })).toBeUndefined();
  });

  it('end at the length, with U+FFFD for an incomplete character', () => {
    expect(textOf(idsOf('abc'), { maximumTokens: 3 })).toEqual({ text: 'abc', finish: 'length' });
    expect(textOf(idsOf('aé').slice(0, 2), { maximumTokens: 2 })).toEqual({ text: 'a\ufffd', finish: 'length' });
    expect(textOf(idsOf('abc'), { maximumTokens: 3, stop: ['cd'] })).toEqual({ text: 'abc', finish: 'length' });
  });

  it('end at the end token, which is not part of the text', () => {
    expect(textOf([...idsOf('ab'), 0], { endToken: 0 })).toEqual({ text: 'ab', finish: 'end' });
    expect(textOf([...idsOf('aé').slice(0, 2), 0], { endToken: 0 })).toEqual({ text: 'a\ufffd', finish: 'end' });
  });

  it('end before a stop string, but not within the minimum', () => {
    expect(textOf(idsOf('abc'), { stop: ['bc'] })).toEqual({ text: 'a', finish: 'stop' });
    expect(textOf(idsOf('abc'), { stop: ['bc', 'abc'] })).toEqual({ text: '', finish: 'stop' });
    expect(textOf(idsOf('abc'), { stop: ['b'], minimumTokens: 2 })).toBeUndefined();
    expect(textOf(idsOf('abb'), { stop: ['b'], minimumTokens: 2 })).toEqual({ text: 'ab', finish: 'stop' });
    expect(textOf(idsOf('aé').slice(0, 2), { stop: ['\ufffd'], maximumTokens: 2 })).toEqual({ text: 'a', finish: 'stop' });
  });

  it('end where nothing can follow a match of the constraint', () => {
    const constraint = regularExpressionConstraint('ab?|é', byte);
    expect(textOf(idsOf('ab'), { constraint })).toEqual({ text: 'ab', finish: 'match', matches: true });
    expect(textOf(idsOf('é'), { constraint })).toEqual({ text: 'é', finish: 'match', matches: true });
    expect(textOf(idsOf('a'), { constraint })).toBeUndefined();
    expect(textOf(idsOf('a'), { constraint, maximumTokens: 1 })).toEqual({ text: 'a', finish: 'length', matches: true });
    const part = textOf(idsOf('é').slice(0, 1), { constraint, maximumTokens: 1 });
    expect(part).toEqual({ text: '\ufffd', finish: 'length', matches: false });
    const withEnd = regularExpressionConstraint('ab?', byte, 0);
    expect(textOf(idsOf('ab'), { constraint: withEnd, endToken: 0 })).toEqual({ text: 'ab', finish: 'match', matches: true });
    expect(textOf([...idsOf('a'), 0], { constraint: withEnd, endToken: 0 })).toMatchObject({ finish: 'end', matches: true });
  });

  it('continue the text of the prompt', () => {
    const prompt = { text: 'the', ids: Int32Array.of(1, 2), state: [], logits: new Float32Array(4) };
    const hypothesis = createHypothesisText(modelOf(word), prompt, { maximumTokens: 1 });
    expect(hypothesis([3], 0)).toEqual({ text: ' fox', finish: 'length' });
  });
});

import type { ModelDescription } from '../model/model-description.js';
import { directionOf } from '../model/stacks.js';
import type { TokenDecoder } from '../text/tokenizers/tokenizer.js';

/** Tokens after the text that decide how its last ones are written. */
const CONTEXT = 16;

/**
 * A decoder for the tokens that a model writes, in the order in which it writes them. A model that reads backward writes the text before
 * the prompt from its end: the whole text is then known only at the end of the stream, and no piece comes before.
 *
 * @param prompt ids of the prompt, in the order of the text
 */
export function continuationDecoder({ tokenizer, options }: ModelDescription, prompt: Int32Array): TokenDecoder {
  if (directionOf(options) === 'forward') {
    const decoder = tokenizer.createDecoder();
    for (const id of prompt) decoder.push(id);
    return decoder;
  }
  const written: number[] = [];
  const after = prompt.subarray(0, CONTEXT);
  return {
    push(id) {
      written.push(id);
      return '';
    },
    end() {
      const ids = written.toReversed();
      const [whole, known] = [tokenizer.decode([...ids, ...after]), tokenizer.decode(after)];
      return whole.endsWith(known) ? whole.slice(0, whole.length - known.length) : tokenizer.decode(ids);
    },
  };
}

import { createRecutter } from './recut.js';
import { createTokenizerTrainer, type TokenizerChoice, tokenizerDeclaration } from './tokenizers/index.js';
import type { Tokenizer } from './tokenizers/tokenizer.js';

/**
 * Trains the tokenizer of a config on the training text, which comes in pieces.
 *
 * @param onNotice gets a notice about line ends that the text spells out
 * @throws UserError as `trainTokenizer` does
 */
export async function makeTokenizer(
  choice: TokenizerChoice,
  documentEnd: boolean,
  text: AsyncIterable<{ text: string; endsDocument: boolean }>,
  onNotice?: (message: string) => void,
): Promise<Tokenizer> {
  let spelled = false;
  const { spellsLineEnd } = tokenizerDeclaration(choice.type);
  const trainer = createTokenizerTrainer(choice, documentEnd);
  const pieces = createRecutter(trainer.cut, trainer.add);
  for await (const piece of text) {
    spelled ||= spellsLineEnd?.(piece.text) === true;
    pieces.push(piece.text);
    if (piece.endsDocument) pieces.end();
  }
  pieces.end();
  if (spelled) onNotice?.('the training text contains the text <eos>, which is read as a line end');
  return trainer.finish();
}

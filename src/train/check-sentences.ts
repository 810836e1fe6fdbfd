import type { ResolvedConfig } from '../config/types.js';
import { UserError } from '../foundation/errors.js';
import { termSettings } from '../model/objectives/objective.js';
import { previousSentence } from '../model/objectives/previous-sentence.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** @throws UserError `data` where the objective uses sentences and no token ends one */
export function checkSentences({ training }: ResolvedConfig, { lineEndId }: Tokenizer): void {
  if (lineEndId !== undefined || termSettings(previousSentence, training.objective.previousSentence).weight === 0) return;
  throw new UserError(
    'data',
    'training.objective.previousSentence: a sentence ends at a line end, and the vocabulary has no token for line ends. ' +
      'Put each sentence of the text on a line of its own, or leave the term out.',
  );
}

import { UserError } from '../../foundation/errors.js';
import { inReadingOrder } from '../../model/stacks.js';
import type { TokenSource } from '../../text/batches.js';
import { corpusSplit } from './evaluation-text.js';
import type { Evaluation } from './report-section.js';

/**
 * The training split of the model's corpus, as token ids in the order in which the model reads them; with the ends of documents, if the model resets its state there.
 *
 * @param flag the flag that needs it, for the message
 * @throws UserError `data` when it cannot be read or has changed since the model was trained, `model` when the config cannot be used,
 *   `usage` when it is itself the evaluated text: the result would be meaningless
 */
export async function trainingTokens({ model, subject }: Evaluation, flag: string): Promise<TokenSource> {
  if (subject.split === 'train')
    throw new UserError(
      'usage',
      `${flag} and --split train: it compares with the training split; choose another split, or a TEXT`,
    );
  const training = await corpusSplit(model, 'train');
  if (training.comparedWithTraining === 'changed') {
    const why = `it compares with the training text, and ${training.name} is not the one that ${model.path} was trained on`;
    throw new UserError('data', `${flag}: ${why}. Restore the corpus, or leave ${flag} out.`);
  }
  return inReadingOrder(model.options, (await training.encode(model)).source);
}

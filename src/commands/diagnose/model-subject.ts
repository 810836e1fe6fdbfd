import { resolveConfig } from '../../config/resolve.js';
import { forwardNotice, type Subject } from '../../diagnose/training-subject.js';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import { UserError } from '../../foundation/errors.js';
import type { ModelDescription } from '../../model/model-description.js';
import { inReadingOrder } from '../../model/stacks.js';
import { openModel } from '../../run/open-model.js';
import type { TokenSource } from '../../text/batches.js';
import { knownSurprisals } from '../../train/training-data.js';
import { corpusSplit, textOfPath } from '../evaluate/evaluation-text.js';

/**
 * Opens a model file, without its training, to examine it on a text: the given one, or the validation split of its corpus. The training
 * split is compared with, if it can be read.
 *
 * @throws UserError `model` for a file that is not a model, `data` for a text that cannot be read
 */
export async function openModelSubject(
  path: string,
  text: string | undefined,
  onNotice: (message: string) => void,
): Promise<Subject> {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  try {
    const { backward, ...model } = openModel(path, engine);
    if (backward !== undefined) onNotice(forwardNotice);
    const train = await trainingText(model, onNotice);
    const validation = text === undefined ? await validationText(model, train) : await givenText(model, text);
    const config = resolveConfig(model.config, path);
    return {
      config,
      engine,
      network: model,
      ...(backward && { backward: { network: backward } }),
      tokenizer: model.tokenizer,
      ...(train && { train }),
      ...(validation && { validation }),
      ...(text === undefined && { knownSurprisals: (predictions: number) => knownSurprisals(config, predictions) }),
      close: () => engine.close(),
    };
  } catch (error) {
    engine.close();
    throw error;
  }
}

/** The tokens of a given text, in the order in which a model reads them. */
export async function givenText(model: ModelDescription, path: string): Promise<TokenSource> {
  return tokensOf(model, await textOfPath(model, path));
}

async function tokensOf(model: ModelDescription, text: Awaited<ReturnType<typeof textOfPath>>): Promise<TokenSource> {
  return inReadingOrder(model.options, (await text.encode(model)).source);
}

async function trainingText(model: ModelDescription, onNotice: (message: string) => void): Promise<TokenSource | undefined> {
  try {
    return await tokensOf(model, await corpusSplit(model, 'train'));
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'data') throw error;
    onNotice(`the training text is not compared with: ${error.message}`);
    return undefined;
  }
}

/** The validation split; undefined where there is none, and the training text is read. */
async function validationText(model: ModelDescription, train: TokenSource | undefined): Promise<TokenSource | undefined> {
  try {
    return await tokensOf(model, await corpusSplit(model, 'validation'));
  } catch (error) {
    if (train === undefined || !(error instanceof UserError) || error.kind !== 'data') throw error;
    return undefined;
  }
}

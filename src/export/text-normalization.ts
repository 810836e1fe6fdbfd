import type { OpenedModel } from '../run/open-model.js';
import type { TextNormalization } from '../text/reading/reading-options.js';

/** The normalization in a model's config, which opening the model has checked; undefined where texts are not changed. */
export function textNormalization({ config }: Pick<OpenedModel, 'config'>): TextNormalization | undefined {
  const { corpus } = config as { corpus?: { normalization?: Partial<TextNormalization> } };
  const { unicode = 'none', newlines = 'keep' } = corpus?.normalization ?? {};
  return unicode === 'none' && newlines === 'keep' ? undefined : { unicode, newlines };
}

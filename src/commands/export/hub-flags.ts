import { pathFlag, textFlag } from '../shared/flags.js';

/** What only a person knows of a model, as flags of --to hub. */
export const hubFlags = {
  license: {
    ...textFlag,
    describe: 'Hub: licence of the model, such as mit or cc-by-4.0; other with --license-name. Default: unknown',
  },
  'license-name': { ...textFlag, describe: 'Hub: name of a licence that the Hub does not list, with --license other' },
  'license-file': { ...pathFlag, describe: 'Hub: text of the licence, which becomes the file LICENSE' },
  'corpus-license': { ...textFlag, describe: 'Hub: licence of the training text, in words' },
  dataset: { ...textFlag, array: true, describe: 'Hub: dataset of the Hub with the training text. Repeatable' },
  language: { ...textFlag, array: true, describe: 'Hub: language of the training text, such as en. Repeatable' },
} as const;

/** The values of {@link hubFlags}, by their names. */
export interface HubArguments {
  license: string | undefined;
  'license-name': string | undefined;
  'license-file': string | undefined;
  'corpus-license': string | undefined;
  dataset: string[] | undefined;
  language: string[] | undefined;
}

import { type UnknownPolicy, unknownPolicies } from '../text/tokenizers/unknown-characters.js';
import { oneOf } from './engine-flag.js';
import { textFlag } from './flag-kinds.js';

/** The flag for texts that have characters which the model's vocabulary lacks. */
export const unknownFlag = {
  ...textFlag,
  describe:
    'Characters that the model does not know: refuse the text, skip them, or replace them by what is nearest. Default refuse, or <unk> where the model has it',
} as const;

/** @throws UserError usage for another word */
export const unknownPolicy = (typed: string | undefined): UnknownPolicy | undefined =>
  typed === undefined ? undefined : oneOf(unknownPolicies, typed, '--unknown');

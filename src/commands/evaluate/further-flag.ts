import { numericFlag, textFlag } from '../shared/flags.js';

/** The group in `--help` of flags that measure more than the perplexity. */
const group = 'Further measurements:';

/** A flag that requests a section. */
export const furtherSwitch = { boolean: true, default: false, group } as const;

/** A flag with a value. */
export const furtherText = { ...textFlag, group } as const;
export const furtherNumber = { ...numericFlag, group } as const;

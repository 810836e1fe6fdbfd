/** How `--help` sets apart the flags that measure more than the perplexity. */
const group = 'Looking further:';

/** A flag that asks for a section. */
export const furtherSwitch = { boolean: true, default: false, group } as const;

/** A flag with a value, which is checked as a text. */
export const furtherText = { string: true, nargs: 1, group } as const;

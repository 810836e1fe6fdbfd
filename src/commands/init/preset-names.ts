/** What a config may begin with; apart from what they are, so that the command's help need not load it. */
export const presetNames = ['quickstart', 'small', 'character', 'word', 'bpe', 'large'] as const;

export type PresetName = (typeof presetNames)[number];

/** The names of the presets. They have their own file because the command's help needs the names only. */
export const presetNames = ['quickstart', 'small', 'character', 'word', 'bpe', 'large', 'fill'] as const;

export type PresetName = (typeof presetNames)[number];

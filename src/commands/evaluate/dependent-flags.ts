import { UserError } from '../../foundation/errors.js';
import type { LanguageModel } from '../../model/window-programs.js';
import { isExportedFile } from '../../run/exported-file.js';
import type { OpenedModel } from '../../run/open-model.js';

/**
 * Refuses flags that have no effect without another flag.
 *
 * @param flags the values by flag name; undefined for a flag that was not given
 * @throws UserError usage naming both
 */
export function refuseWithout(leader: string, flags: Readonly<Record<string, string | undefined>>): undefined {
  const given = Object.keys(flags).find((name) => flags[name] !== undefined);
  if (given !== undefined) throw new UserError('usage', `${given} without ${leader}: it has no effect; give both, or neither`);
  return undefined;
}

/**
 * Refuses windows together with a flag whose gain is measured on one stream.
 *
 * @throws UserError usage naming both
 */
export function refuseWindows(flag: string, { window }: { readonly window?: string | undefined }): void {
  if (window === undefined) return;
  throw new UserError('usage', `${flag} and --window: its gain is measured on one stream, not on windows; give one of them`);
}

/**
 * Refuses an exported file together with a flag that needs the model's parameters.
 *
 * @throws UserError usage naming both
 */
export function refuseExportedFile(flag: string, { model }: { readonly model: string }): void {
  if (!isExportedFile(model)) return;
  const reason = 'it needs the parameters, and an exported file gives only predictions';
  throw new UserError('usage', `${flag} and ${model}: ${reason}; give the model that was exported`);
}

/** The model of a section whose flags refuse exported files. */
export function withParameters(model: LanguageModel): OpenedModel {
  if ('arena' in model) return model;
  throw new Error('an exported file has no parameters to look at');
}

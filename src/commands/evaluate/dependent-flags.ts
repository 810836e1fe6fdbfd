import { UserError } from '../../errors.js';

/**
 * Refuses flags that have no effect without another.
 *
 * @param flags by name as a person types it; undefined when not given.
 * @throws UserError usage naming both
 */
export function refuseWithout(leader: string, flags: Readonly<Record<string, string | undefined>>): undefined {
  const given = Object.keys(flags).find((name) => flags[name] !== undefined);
  if (given !== undefined) throw new UserError('usage', `${given} without ${leader}: it has no effect; give both, or neither`);
  return undefined;
}

/**
 * Refuses windows beside a flag whose gain is measured on one stream.
 *
 * @throws UserError usage naming both
 */
export function refuseWindows(flag: string, { window }: { readonly window?: string | undefined }): void {
  if (window === undefined) return;
  throw new UserError('usage', `${flag} and --window: its gain is measured on one stream, not on windows; give one of them`);
}

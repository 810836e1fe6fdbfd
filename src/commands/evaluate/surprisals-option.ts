import { UserError } from '../../foundation/errors.js';
import { checkFilePlace, pathFlag, textFlag } from '../shared/flags.js';
import type { SectionOption } from './report-section.js';

interface Flags {
  surprisals: string | undefined;
  unit: string | undefined;
  json: boolean;
  heatmap: boolean;
}

/** `--surprisals FILE`: the surprisal of each token or word. */
export const surprisalsOption: SectionOption = {
  flags: {
    surprisals: {
      ...pathFlag,
      describe:
        'File to write with the surprisal (nats) of each token: .jsonl for JSON lines, else tab-separated; - for standard output',
    },
    unit: { ...textFlag, describe: 'Unit of a line of --surprisals: token or word. Default token' },
  },
  request({ surprisals: file, unit, json, heatmap }: Flags) {
    if (file === undefined) {
      if (unit === undefined) return undefined;
      throw new UserError(
        'usage',
        '--unit without --surprisals: it sets the unit of a line of that file; give both, or neither',
      );
    }
    if (unit !== undefined && unit !== 'token' && unit !== 'word')
      throw new UserError('usage', `--unit ${JSON.stringify(unit)}: allowed are token, word`);
    const other = json ? '--json' : heatmap ? '--heatmap' : undefined;
    if (file === '-' && other !== undefined)
      throw new UserError('usage', `--surprisals - and ${other}: both would be standard output; give --surprisals a file`);
    if (file !== '-') checkFilePlace('--surprisals', file);
    return async (evaluation) => (await import('./surprisals-section.js')).surprisalsSection(evaluation, file, unit ?? 'token');
  },
};

/** Whether the surprisals go to standard output, so that the report must go elsewhere. */
export function surprisalsToStandardOutput(flags: Readonly<Record<string, unknown>>): boolean {
  return flags.surprisals === '-';
}

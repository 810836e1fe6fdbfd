import { UserError } from '../../foundation/errors.js';
import { standardOutput } from '../../ui/output.js';
import type { SectionOption } from './report-section.js';

/** `--heatmap`: the text, coloured by surprisal. */
export const heatMapOption: SectionOption = {
  flags: {
    heatmap: {
      boolean: true,
      default: false,
      describe: 'Show the text coloured by surprisal; without colours (no terminal, NO_COLOR) with digits under it',
    },
  },
  request({ heatmap, json }: { heatmap: boolean; json: boolean }) {
    if (!heatmap) return undefined;
    if (json) throw new UserError('usage', '--json and --heatmap: a JSON document contains no heat map; use --surprisals');
    return async (evaluation) => (await import('./heat-map-section.js')).heatMapSection(evaluation, standardOutput);
  },
};

import { type LayerAttention, meanOfHeads } from '../../evaluate/attention-weights.js';
import type { ReportBlock } from '../blocks.js';
import type { MeasuredPassage } from '../passage.js';
import type { ReportPart } from './part.js';

const MOST_LAYERS = 4;

/** What layers with attention look at in the first tokens of the held-out text. */
export const attentionMap: ReportPart = {
  id: 'attention',
  title: 'Attention',
  blocks({ runs, passages }) {
    const maps = passages.flatMap((passage): ReportBlock[] => {
      const blocks = mapsOf(passage);
      if (blocks.length === 0 || runs.length === 1) return blocks;
      return [{ type: 'folded', title: runs[passage.run]!.name, isOpen: false, blocks }];
    });
    if (maps.length === 0) return [];
    const text =
      'The beginning of the validation text. While the model reads a token (row), its attention weights the tokens up to it (columns): the stronger the colour, the larger the weight. ' +
      'A layer with several heads is shown as their mean.';
    return [{ type: 'paragraph', text }, ...maps];
  },
};

function mapsOf({ run, attention }: MeasuredPassage): ReportBlock[] {
  if (attention === undefined) return [];
  return attention.layers.slice(0, MOST_LAYERS).flatMap((layer): ReportBlock[] => {
    const rows = rowsOf(layer);
    const title = `Layer ${layer.layer + 1}, the first ${rows.length} tokens`;
    return [
      {
        type: 'matrix',
        id: `attention-${run}-${layer.layer}`,
        title,
        rowsAre: 'token that is read',
        columnsAre: 'token that is looked at',
        labels: attention.tokens,
        rows,
      },
      {
        type: 'folded',
        title: 'Most weighted token of each row',
        isOpen: false,
        blocks: [
          {
            type: 'table',
            caption: `${title}: most weighted tokens`,
            columns: [{ heading: 'token' }, { heading: 'looks most at' }, { heading: 'weight', isNumber: true }],
            rows: rows.map(({ start, values }, t) => {
              const at = values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
              const back = t - start - at;
              const place = back === 0 ? 'itself' : `${attention.tokens[start + at]}, ${back} back`;
              return [attention.tokens[t]!, place, (values[at] ?? 0).toFixed(2)];
            }),
          },
        ],
      },
    ];
  });
}

const rowsOf = (layer: LayerAttention) =>
  meanOfHeads(layer).map((weights, t) => ({ start: t + 1 - weights.length, values: [...weights] }));

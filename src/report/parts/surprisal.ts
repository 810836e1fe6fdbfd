import { formatCount, formatLoss, formatPerplexity } from '../../ui/format.js';
import type { ReportBlock, TableBlock } from '../blocks.js';
import { HEAT_SCALE } from '../heat-scale.js';
import type { MeasuredPassage } from '../passage.js';
import type { ReportedRun } from '../reported-run.js';
import type { ReportPart } from './part.js';

const MOST_WORDS = 12;

/** How well the models predict held-out text, with intervals, and which words of it surprise them. */
export const heldOutSurprisal: ReportPart = {
  id: 'surprisal',
  title: 'Surprisal of held-out text',
  blocks({ runs, passages }) {
    if (passages.length === 0) return [];
    const maps = passages.flatMap((passage): ReportBlock[] => {
      const blocks = mapOf(passage);
      if (passages.length === 1) return blocks;
      return [{ type: 'folded', title: runs[passage.run]!.name, isOpen: false, blocks }];
    });
    return [{ type: 'paragraph', text: explanation }, tableOf(runs, passages), ...maps];
  },
};

const explanation =
  'Each model has read its validation text, on which it was not trained, as one stream. The best model of a run is chosen by its loss on ' +
  'this text, so that these figures are slightly too good; the test loss above is not. The intervals are for the mean over texts of the ' +
  'same kind (95% confidence, circular block bootstrap). Intervals of two models can overlap although one of them is better: textloom ' +
  'evaluate --compare uses the difference of each token.';

function tableOf(runs: readonly ReportedRun[], passages: readonly MeasuredPassage[]): TableBlock {
  const range = (passage: MeasuredPassage, shown: (nats: number) => string) =>
    passage.interval === undefined ? 'too short' : `${shown(passage.interval.low)} to ${shown(passage.interval.high)}`;
  const perplexity = (nats: number) => formatPerplexity(Math.exp(nats));
  return {
    type: 'table',
    caption: 'Prediction of held-out text',
    columns: [
      { heading: 'run' },
      ...['nats per token', '95% interval', 'perplexity', '95% interval', 'bits per token', 'tokens'].map((heading) => ({
        heading,
        isNumber: true,
      })),
    ],
    rows: passages.map((passage) => [
      runs[passage.run]!.name,
      formatLoss(passage.natsPerToken),
      range(passage, formatLoss),
      perplexity(passage.natsPerToken),
      range(passage, perplexity),
      (passage.natsPerToken / Math.LN2).toFixed(3),
      passage.predicted + 1 < passage.available
        ? `first ${formatCount(passage.predicted)} of ${formatCount(passage.available)}`
        : formatCount(passage.predicted),
    ]),
  };
}

function mapOf({ name, pieces, words, chance }: MeasuredPassage): ReportBlock[] {
  const bits = (nats: number) => nats / Math.LN2;
  const hardest = [...words].sort((a, b) => b.nats - a.nats).slice(0, MOST_WORDS);
  return [
    {
      type: 'heat-text',
      label: `The beginning of ${name}: the darker, the less the model expected the token`,
      pieces: pieces.map(({ text, nats }) => ({ text, value: nats === undefined ? undefined : bits(nats) })),
      unit: 'bits',
      lowest: 0,
      step: bits(chance) / HEAT_SCALE.length,
      decimals: 1,
    },
    {
      type: 'table',
      caption: `Words with the largest surprisal in the beginning of ${name}`,
      columns: [{ heading: 'word' }, { heading: 'bits', isNumber: true }],
      rows: hardest.map(({ text, nats }) => [text, bits(nats).toFixed(1)]),
    },
  ];
}

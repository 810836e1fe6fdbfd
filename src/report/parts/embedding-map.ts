import { type TokenVectors, tokenVectors } from '../../evaluate/nearest-tokens.js';
import type { ReportBlock, TableBlock } from '../blocks.js';
import type { MeasuredPassage } from '../passage.js';
import { principalPlane } from '../principal-components.js';
import type { ReportedModel } from '../reported-run.js';
import { tokenLabel } from '../token-label.js';
import type { ReportPart } from './part.js';

/** Tokens of the map, and rows of the table. */
const MOST_TOKENS = 120;
const MOST_ROWS = 20;
const NEIGHBOURS = 4;
/** Fewer tokens have no shape. */
const FEWEST_TOKENS = 5;
/** The table of neighbours compares each of its tokens with all others. */
const LARGEST_VOCABULARY = 200_000;

/** Where the vectors of the most frequent tokens are. */
export const embeddingMap: ReportPart = {
  id: 'embedding',
  title: 'Map of the embedding',
  blocks({ runs, passages }) {
    const maps = runs.flatMap(({ name, model }, i): ReportBlock[] => {
      const passage = passages.find(({ run }) => run === i);
      const blocks = model === undefined ? [] : mapOf(model, i, passage);
      if (blocks.length === 0 || runs.length === 1) return blocks;
      return [{ type: 'folded', title: name, isOpen: false, blocks }];
    });
    if (maps.length === 0) return [];
    const text =
      'The vectors of the most frequent tokens in the plane of their two principal components. Tokens that the model treats in a similar ' +
      'way are close to each other; distances in the plane are only a part of those in the whole space, which the table of neighbours uses.';
    return [{ type: 'paragraph', text }, ...maps];
  },
};

function mapOf(
  { table, parameters, tokenizer }: ReportedModel,
  run: number,
  passage: MeasuredPassage | undefined,
): ReportBlock[] {
  const entry = table.entries.find(({ part, tokenRows, shape }) => part === 'embedding' && tokenRows && shape.length === 2);
  const values = entry && parameters.get(entry.name);
  const size = tokenizer.vocabulary.size;
  if (values === undefined) return [];
  // Vocabularies begin with their most frequent tokens, or have an order of their own.
  const ids = (passage?.frequent ?? Array.from({ length: size }, (_, id) => id)).slice(0, MOST_TOKENS);
  if (ids.length < FEWEST_TOKENS) return [];
  const columns = values.length / size;
  const { places, shares } = principalPlane(ids.map((id) => values.subarray(id * columns, (id + 1) * columns)));
  const percent = (share: number) => `${(100 * share).toFixed(0)}% of the variance`;
  const label = (id: number) => tokenLabel(tokenizer, id);
  return [
    {
      type: 'scatter',
      id: `embedding-${run}`,
      title: `Embedding of ${ids.length} tokens`,
      xIs: `first component, ${percent(shares[0])}`,
      yIs: `second component, ${percent(shares[1])}`,
      points: places.map(([x, y], i) => ({ name: label(ids[i]!), x, y })),
    },
    ...(size > LARGEST_VOCABULARY ? [] : [neighbours(tokenVectors(values, size), ids.slice(0, MOST_ROWS), label)]),
  ];
}

function neighbours(vectors: TokenVectors, ids: readonly number[], label: (id: number) => string): TableBlock {
  return {
    type: 'table',
    caption: 'Nearest tokens by the cosine of their vectors',
    columns: [{ heading: 'token' }, { heading: 'nearest, with cosine' }],
    rows: ids.map((id) => [
      label(id),
      vectors
        .nearest(id, NEIGHBOURS)
        .map((near) => `${label(near.id)} ${near.similarity.toFixed(2)}`)
        .join('   '),
    ]),
  };
}

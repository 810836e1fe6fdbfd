import type { RankedCandidate } from '../../tune/ranking.js';
import { valueOfChange } from '../../tune/search-result.js';
import type { SearchDimension } from '../../tune/trial.js';
import { formatCount, formatDuration, formatLoss, formatNumber, plural } from '../../ui/format.js';
import type { ParallelAxis, ParallelBlock, ReportBlock, TableBlock } from '../blocks.js';
import type { ReportedSearch } from '../reported-search.js';
import { describeBound, describeComparison, rankingTable } from '../search-text.js';
import { ticksOf } from '../svg/ticks.js';
import type { ReportPart } from './part.js';

/** The most candidates of the table, and of the picture. */
const MOST_ROWS = 20;
const MOST_LINES = 300;
/** Marks of an axis need this share of it between them. */
const NEAR = 0.05;

/** What searches for values of keys have found. */
export const searchPart: ReportPart = {
  id: 'search',
  title: 'Search',
  blocks: ({ searches }) =>
    searches.flatMap((search, i): ReportBlock[] => {
      const blocks = blocksOf(search, i);
      return searches.length === 1 ? blocks : [{ type: 'folded', title: search.name, isOpen: i === 0, blocks }];
    }),
};

function blocksOf(search: ReportedSearch, place: number): ReportBlock[] {
  const { record, result } = search;
  const { setup, candidates, spent, unfinished } = record;
  const { ranking, importance, onBound } = result;
  const rungs = setup.rungs.map(formatCount).join(', ');
  const facts: (readonly [string, string])[] = [
    ['config', setup.config],
    ['searched', setup.search.join('; ')],
    ['steps', `${rungs}: the best 1 of ${setup.reduction} candidates goes on to the next`],
    ['candidates', formatCount(candidates.length)],
    ['time', formatDuration(spent)],
    ...(unfinished.size > 0 ? [['not ended', plural(unfinished.size, 'training')] as const] : []),
  ];
  if (ranking.length === 0) return [{ type: 'facts', facts }];
  return [
    { type: 'paragraph', text: describeComparison(record, result) },
    ...onBound.map((bound): ReportBlock => ({ type: 'paragraph', text: describeBound(bound) })),
    { type: 'facts', facts },
    ...pictureOf(search, place),
    tableOf(search),
    ...(importance.length > 1
      ? [
          {
            type: 'table',
            caption: 'How much of the differences between candidates each key explains',
            columns: [{ heading: 'key' }, { heading: 'importance', isNumber: true }],
            rows: importance.map(({ key, share }) => [key, `${(100 * share).toFixed(0)}%`]),
          } satisfies TableBlock,
        ]
      : []),
  ];
}

function tableOf({ record, result }: ReportedSearch): TableBlock {
  const { ranking } = result;
  const count =
    ranking.length > MOST_ROWS ? `The best ${MOST_ROWS} of ${formatCount(ranking.length)} candidates` : 'Candidates';
  const { columns, rows } = rankingTable(record, result, MOST_ROWS);
  return {
    type: 'table',
    caption: `${count}, the best first, and the config as it is. Losses are in nats per token; with other seeds: mean, standard deviation, number of seeds`,
    columns,
    rows: rows.map((row) => row.map((text) => (text === '-' ? '–' : text))),
  };
}

/** A line for each candidate that did not diverge. */
function pictureOf({ record, result: { space, names, ranking } }: ReportedSearch, place: number): ReportBlock[] {
  const shown = ranking.filter(({ loss }) => Number.isFinite(loss)).slice(0, MOST_LINES);
  if (shown.length < 2) return [];
  const keyAxes = space.map((dimension, i) => axisOf(dimension, names[i]!));
  const { rungs } = record.setup;
  const stepsScale = numberAxis('steps', rungs, true);
  const marks = rungs.map((at) => ({ place: stepsScale.placeOf(String(at)), label: formatCount(at) }));
  const steps: Axis = { ...stepsScale, ticks: marks };
  const loss = numberAxis(
    'loss',
    shown.map((one) => one.loss),
    false,
  );
  const axes = [...keyAxes, steps, loss];
  const left = ranking.length - shown.length;
  const block: ParallelBlock = {
    type: 'parallel',
    id: `candidates-${place}`,
    title: `Values of ${plural(shown.length, 'candidate')}, how long they were trained, and their loss`,
    axes: axes.map(({ name, ticks }) => ({ name, ticks })),
    lines: shown.map((ranked) => ({
      name: describeLine(ranked, names),
      places: [
        ...ranked.candidate.changes.map((change, i) => keyAxes[i]!.placeOf(valueOfChange(change))),
        steps.placeOf(String(rungs[ranked.rung]!)),
        loss.placeOf(String(ranked.loss)),
      ],
    })),
  };
  const text =
    'Each line is a candidate, from its values to its loss. The best one is thick; the fainter a line, the worse its candidate. Candidates ' +
    `that were trained for fewer steps have higher losses for that reason as well.${left > 0 ? ` Without ${formatCount(left)} that diverged or are worse.` : ''}`;
  return [{ type: 'paragraph', text }, block];
}

const describeLine = ({ candidate: { number, changes }, loss }: RankedCandidate, names: readonly string[]) =>
  `candidate ${number}: ${changes.map((change, i) => `${names[i]} ${valueOfChange(change)}`).join(', ')}; loss ${formatLoss(loss)}`;

interface Axis extends ParallelAxis {
  /** The place of a value, from 0 to 1. */
  placeOf(value: string): number;
}

function axisOf(dimension: SearchDimension, name: string): Axis {
  if (dimension.scale !== 'choice') return numberAxis(name, [dimension.low, dimension.high], dimension.scale.startsWith('log'));
  const values = dimension.values.map((value) => valueOfChange(`=${value}`));
  const placeAt = (i: number) => (i + 0.5) / values.length;
  return {
    name,
    ticks: values.map((label, i) => ({ place: placeAt(i), label })),
    placeOf: (value) => placeAt(values.indexOf(value)),
  };
}

function numberAxis(name: string, values: readonly number[], isLogarithmic: boolean): Axis {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const shape = (value: number) => (isLogarithmic ? Math.log(value) : value);
  const placeAt = (value: number) => (high > low ? (shape(value) - shape(low)) / (shape(high) - shape(low)) : 0.5);
  const ticks = ticksOf([low, high], 8, isLogarithmic).map(({ at, label }) => ({ place: placeAt(at), label }));
  // The bounds, unless a round value is near.
  const bounds = [low, high]
    .map((value) => ({ place: placeAt(value), label: formatNumber(value) }))
    .filter(({ place }) => ticks.every((tick) => Math.abs(tick.place - place) > NEAR));
  return { name, ticks: [...ticks, ...bounds], placeOf: (value) => placeAt(Number(value)) };
}

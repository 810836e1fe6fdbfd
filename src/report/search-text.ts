import { meanLoss, type RankedCandidate, type SeedMean } from '../tune/ranking.js';
import type { SearchRecord } from '../tune/search-record.js';
import { type BoundOfBest, type SearchResult, valueOfChange } from '../tune/search-result.js';
import { formatCount, formatLoss } from '../ui/format.js';
import type { TableColumn } from './blocks.js';

/** A loss in nats per token, or that the training diverged. */
const lossOrDivergence = (loss: number) => (Number.isFinite(loss) ? formatLoss(loss) : 'diverged');

/** `1.5012 ± 0.0031 (2)`: mean, standard deviation and number of seeds. */
function meanLossText({ count, mean, deviation }: SeedMean): string {
  const spread = deviation !== undefined && Number.isFinite(deviation) ? ` ± ${formatLoss(deviation)}` : '';
  return `${lossOrDivergence(mean)}${spread} (${count})`;
}

/** The ranking of a search as a table: a row for each of the best candidates, and one for the config as it is. */
export function rankingTable(
  { setup, ready }: SearchRecord,
  { names, ranking }: SearchResult,
  most: number,
): { readonly columns: readonly TableColumn[]; readonly rows: readonly (readonly string[])[] } {
  const columns = ['candidate', ...names, 'steps', 'loss', 'other seeds'].map((heading, i) => ({ heading, isNumber: i > 0 }));
  const row = ({ candidate, rung, loss, repeated }: RankedCandidate) => [
    String(candidate.number),
    ...candidate.changes.map(valueOfChange),
    formatCount(setup.rungs[rung]!),
    lossOrDivergence(loss),
    repeated === undefined ? '-' : meanLossText(repeated),
  ];
  const first = ready.find(({ seed }) => seed === setup.seed);
  const others = ready.filter(({ seed }) => seed !== setup.seed);
  const standard = [
    setup.config,
    ...names.map(() => '-'),
    formatCount(setup.rungs.at(-1)!),
    first === undefined ? '-' : lossOrDivergence(first.loss),
    others.length === 0 ? '-' : meanLossText(meanLoss(others)),
  ];
  return { columns, rows: [...ranking.slice(0, most).map(row), ...(ready.length > 0 ? [standard] : [])] };
}

/** Whether the best candidate is better than the config as it is. */
export function describeComparison({ setup: { config, rungs } }: SearchRecord, { ranking, comparison }: SearchResult): string {
  const [best] = ranking;
  if (best === undefined) return 'No candidate was trained to the end of a rung.';
  const { number } = best.candidate;
  if (comparison === undefined)
    return best.rung < rungs.length - 1
      ? `No candidate was trained to the end (candidate ${number}: ${formatCount(rungs[best.rung]!)} of ${formatCount(rungs.at(-1)!)} ` +
          `steps), so it is not known whether one is better than ${config}: continue with --resume and a larger budget, or search with fewer --steps.`
      : `${config} was not trained to the end, so it is not known whether candidate ${number} is better: continue with --resume.`;
  const { gain, margin, verdict } = comparison;
  const by = `${formatLoss(Math.abs(gain))} nats per token`;
  if (verdict === 'stands') {
    const why = Number.isFinite(gain) ? `the loss of the best candidate is higher by ${by}` : 'the best candidate diverges';
    return `${config} stands: ${why}.`;
  }
  if (!Number.isFinite(gain)) return `Candidate ${number} is better than ${config}, which diverges.`;
  if (margin === undefined)
    return (
      `Candidate ${number} is better than ${config} by ${by} with one seed. Whether this is chance is not known: continue with --resume ` +
      'and a larger budget, which repeats both with other seeds.'
    );
  const interval = `95% interval ${formatLoss(gain - margin)} to ${formatLoss(gain + margin)}`;
  if (verdict === 'better') return `Candidate ${number} is better than ${config} by ${by} (${interval}).`;
  return `${config} stands: candidate ${number} is lower by ${by}, which may be chance (${interval}).`;
}

/** A warning about a value of the best candidate that is on a bound. */
export function describeBound({ key, value, side, bound }: BoundOfBest): string {
  const place = Number(value) === bound ? 'at' : 'near';
  return `The best ${key} ${value} is ${place} the ${side} bound ${bound}: widen the range, a better one may be beyond it.`;
}

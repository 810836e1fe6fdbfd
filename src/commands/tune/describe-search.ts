import { shellWord } from '../../foundation/shell-word.js';
import { describeBound, describeComparison, rankingTable } from '../../report/search-text.js';
import type { SearchRecord } from '../../tune/search-record.js';
import type { SearchResult } from '../../tune/search-result.js';
import { plural } from '../../ui/format.js';
import { oneLine } from '../../ui/terminal-text.js';
import { wrapWords } from '../../ui/wrap.js';
import { reportSection } from '../shared/report-lines.js';
import { textTable } from '../shared/text-table.js';

/** The most candidates that are listed. */
const MOST_ROWS = 10;

interface DescribedSearch {
  readonly record: SearchRecord;
  readonly result: SearchResult;
  readonly folder: string;
  /** The config of the best candidate, if there is one. */
  readonly best: string | undefined;
}

/** What a search has found, for people. @param width columns of a terminal; undefined where lines may have any length */
export function describeSearch({ record, result, folder, best }: DescribedSearch, width: number | undefined): string {
  const { ranking, importance, space, names } = result;
  const wrapped = (text: string) => (width === undefined ? [text] : wrapWords(text, width));
  const verdict = [describeComparison(record, result), ...result.onBound.map(describeBound)].flatMap(wrapped).join('\n');
  if (ranking.length === 0) return verdict;
  const { columns, rows } = rankingTable(record, result, MOST_ROWS);
  const more = ranking.length - MOST_ROWS;
  const table = textTable(
    columns,
    rows.map((row) => row.map(oneLine)),
    width,
  );
  const shares = importance.map(
    ({ key, share }) => `  ${`${Math.round(100 * share)}%`.padStart(4)}  ${names[space.findIndex((one) => one.key === key)]}`,
  );
  const commands = [
    ...(best === undefined ? [] : [`train the best: textloom train ${shellWord(best)}`]),
    `report: textloom report ${shellWord(folder)}`,
  ];
  return [
    reportSection('Candidates, the best first; losses in nats per token', [
      ...table,
      ...(more > 0 ? [`and ${plural(more, 'more candidate')}; the report shows them too`] : []),
    ]),
    ...(shares.length > 1 ? [reportSection('Importance of the keys', shares)] : []),
    verdict,
    commands.join('\n'),
  ].join('\n\n');
}

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readSearch, searchLayout } from '../tune/search-journal.js';
import type { SearchRecord } from '../tune/search-record.js';
import { type SearchResult, searchResult } from '../tune/search-result.js';
import { tuningRunName } from '../tune/tuning-run.js';

/** A search for values of keys, as a report reads it. */
export interface ReportedSearch {
  readonly name: string;
  readonly record: SearchRecord;
  readonly result: SearchResult;
  /** The run directory of the best candidate, if it is there. */
  readonly best: string | undefined;
}

/**
 * Reads the search in a folder. Nothing there is trusted.
 *
 * @throws UserError `model` for a journal that is broken, with its line
 */
export function readReportedSearch(folder: string): ReportedSearch {
  const record = readSearch(searchLayout(folder).journal);
  const result = searchResult(record);
  return { name: basename(resolve(folder)), record, result, best: directoryOfBest(folder, result) };
}

function directoryOfBest(folder: string, { ranking: [best] }: SearchResult): string | undefined {
  if (best === undefined) return undefined;
  const { number: trial, point, changes } = best.candidate;
  const name = tuningRunName({ kind: 'candidate', trial, point, changes, rung: best.rung });
  const directory = join(searchLayout(folder).trials, name);
  return existsSync(join(directory, 'config.yaml')) ? directory : undefined;
}

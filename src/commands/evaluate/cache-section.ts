import { evaluateWithCache } from '../../evaluate/neural-cache.js';
import { formatNumber, plural } from '../../ui/format.js';
import { withParameters } from './dependent-flags.js';
import { gainJson, gainRows } from './gain.js';
import type { Evaluation, ReportSection } from './report-section.js';

interface CacheChoice {
  readonly size: number;
  readonly flatness: number;
  readonly interpolation: number;
}

/** The model with a neural cache. */
export async function cacheSection(evaluation: Evaluation, choice: CacheChoice): Promise<ReportSection> {
  const { engine, source, result, progress } = evaluation;
  const model = withParameters(evaluation.model);
  const cached = await evaluateWithCache({ engine, model, tokens: source, ...choice, onProgress: progress('with the cache') });
  const { size, flatness, interpolation } = choice;
  return {
    key: 'cache',
    title: `neural cache of ${plural(size, 'state')}: theta ${formatNumber(flatness)}, lambda ${formatNumber(interpolation)}`,
    rows: gainRows(result, cached),
    json: { size, theta: flatness, lambda: interpolation, ...gainJson(result, cached) },
  };
}

import type { JsonMap } from '../../foundation/strict-json.js';
import type { SeedMean } from '../../tune/ranking.js';
import type { SearchRecord } from '../../tune/search-record.js';
import { type SearchResult, valueOfChange } from '../../tune/search-result.js';
import { type TuningResult, type TuningRun, tuningRunName } from '../../tune/tuning-run.js';

/** JSON has no infinity: the loss of a training that diverged is null. */
const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** A training that begins or ends, for programs. Losses are nats per token. */
export function runEvent(type: 'begin' | 'end', run: TuningRun, record: SearchRecord, spent: number): JsonMap {
  const { rungs } = record.setup;
  const common = { type, run: tuningRunName(run), kind: run.kind, spent };
  if (run.kind === 'ready') return { ...common, seed: run.seed, steps: rungs.at(-1)! };
  const changes = record.candidates[run.trial]?.changes ?? [];
  const values = valuesOf(changes);
  if (run.kind === 'repeat') return { ...common, candidate: run.trial, seed: run.seed, steps: rungs.at(-1)!, values };
  return { ...common, candidate: run.trial, rung: run.rung, steps: rungs[run.rung]!, values };
}

export const endEvent = (run: TuningRun, { loss, seconds }: TuningResult, record: SearchRecord, spent: number): JsonMap => ({
  ...runEvent('end', run, record, spent),
  loss: finite(loss),
  seconds,
});

/** What the search has found, for programs. */
export function resultJson(record: SearchRecord, result: SearchResult, best: string | undefined): JsonMap {
  const { rungs } = record.setup;
  const { comparison, importance, onBound, ready } = result;
  return {
    spent: record.spent,
    candidates: record.candidates.length,
    ranking: result.ranking.map(({ candidate, rung, loss, repeated }) => ({
      candidate: candidate.number,
      values: valuesOf(candidate.changes),
      rung,
      steps: rungs[rung]!,
      loss: finite(loss),
      ...(repeated && { repeated: meanJson(repeated) }),
    })),
    ...(ready && { ready: meanJson(ready) }),
    ...(comparison && {
      comparison: {
        verdict: comparison.verdict,
        gain: finite(comparison.gain),
        ...(comparison.margin !== undefined && { margin: finite(comparison.margin) }),
      },
    }),
    importance: importance.map(({ key, share }) => ({ key, share })),
    onBound: onBound.map((bound) => ({ ...bound })),
    ...(best !== undefined && { best }),
  };
}

const valuesOf = (changes: readonly string[]): JsonMap =>
  Object.fromEntries(changes.map((change) => [change.slice(0, change.indexOf('=')), valueOfChange(change)]));

const meanJson = ({ count, mean, deviation }: SeedMean): JsonMap => ({
  seeds: count,
  mean: finite(mean),
  ...(deviation !== undefined && { deviation: finite(deviation) }),
});

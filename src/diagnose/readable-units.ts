import { architectureOf } from '../model/architecture.js';
import { layerName } from '../model/placed-layer.js';
import type { ModelOptions } from '../model/specification.js';
import { type TappedValue, tappedValues } from '../model/tapped-values.js';
import { memoryTokenSource, type TokenSource, tokenSource } from '../text/batches.js';
import { type CorrelationSums, correlationSums } from './correlation-sums.js';
import type { DetectedText, Detector } from './detectors.js';
import { observeText, type TextObservation, type TextObserver } from './observe.js';

/** A value of a unit of a recurrent layer. */
export interface UnitPlace {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** `output`, or a part of the state that is not the output: `state.c`, the cell state of an LSTM. */
  readonly tap: string;
  /** The column of this value. */
  readonly unit: number;
}

/** A unit that goes with a detector, and not by chance. */
export interface ReadableUnit extends UnitPlace {
  /** Pearson's correlation over the first half of the text, by which the unit was chosen, and over the second half. */
  readonly found: number;
  readonly confirmed: number;
  /** How many standard errors the confirmed correlation is from 0. */
  readonly standardErrors: number;
}

/** What a detector has to do with the units of a model. */
export interface DetectorReport {
  readonly detector: Detector;
  /** Whether it varies in both halves of the text: brackets do not, in a text without brackets. */
  readonly varies: boolean;
  /** The largest confirmed correlation first. Empty where no correlation could not be chance. */
  readonly units: readonly ReadableUnit[];
}

/** Contiguous parts of the second half, whose differences show how exact a correlation is. */
const SEGMENTS = 20;
/** A correlation must be so many standard errors from 0: with 20 segments, chance does this with the same sign once in about 2600 units. */
const LIMIT = 4;
/** A unit that explains less than 1% of the variance of a detector does not track it, however sure that is in a long text. */
const WEAKEST = 0.1;
/** The groups of steps: the first half, and each segment of the second. */
const FIRST = [0];
const SECOND = Array.from({ length: SEGMENTS }, (_, i) => i + 1);

/**
 * Finds the units of all recurrent layers that track what detectors see, in the outputs and in the parts of the state that are not outputs.
 *
 * With many units, some correlate with anything. Units are therefore chosen by the first half of the text: for each detector those with the
 * largest absolute correlations. A chosen unit is reported if its correlation in the second half has the same sign, is at least 0.1, and is four
 * standard errors from 0. Neighbouring tokens are not independent, so the standard error is that of the jackknife over 20 contiguous segments (Künsch
 * 1989, "The jackknife and the bootstrap for general stationary observations"), of atanh(correlation).
 *
 * @param detected the detectors' numbers for each of the N tokens that are observed, in their order
 * @param count the most units of each detector
 */
export function readableUnitObserver(
  model: ModelOptions,
  detected: readonly DetectedText[],
  count: number,
): TextObserver<DetectorReport[]> {
  const places = placesOf(model).map((value) => ({
    ...value,
    sums: correlationSums(1 + SEGMENTS, detected.length, value.columns),
  }));
  // The last token is not read.
  const steps = (detected[0]?.values.length ?? 0) - 1;
  const half = Math.floor(steps / 2);
  const groupOf = (position: number) => (position < half ? 0 : 1 + Math.floor(((position - half) * SEGMENTS) / (steps - half)));
  const numbers = new Float64Array(detected.length);
  return {
    taps: places.map(({ name }) => name),
    add({ rows, positions, values }) {
      const read = places.map(({ name, columns, sums }) => ({ columns, sums, from: values(name) }));
      for (let row = 0; row < rows; row++) {
        const position = positions[row]!;
        if (position < 0) continue;
        for (let d = 0; d < numbers.length; d++) numbers[d] = detected[d]!.values[position]!;
        for (const { columns, sums, from } of read) sums.add(groupOf(position), numbers, from, row * columns);
      }
    },
    result: () =>
      detected.map(({ detector, values }, d) => {
        const units = places.flatMap(({ layer, own, columns, sums }) =>
          Array.from({ length: columns }, (_, unit) => ({
            layer,
            tap: own,
            unit,
            sums,
            found: sums.correlation(d, unit, FIRST),
          })),
        );
        const chosen = units
          .flatMap(({ found, ...unit }) => (found === undefined ? [] : [{ ...unit, found }]))
          .sort((a, b) => Math.abs(b.found) - Math.abs(a.found))
          .slice(0, count);
        return {
          detector,
          varies: variesIn(values, 0, half) && variesIn(values, half, steps),
          units: chosen
            .flatMap(({ layer, tap, unit, sums, found }) => {
              const second = confirm(sums, d, unit);
              const isReal =
                second &&
                second.confirmed * found > 0 &&
                Math.abs(second.confirmed) >= WEAKEST &&
                second.standardErrors >= LIMIT;
              return isReal ? [{ layer, tap, unit, found, ...second }] : [];
            })
            .sort((a, b) => Math.abs(b.confirmed) - Math.abs(a.confirmed)),
        };
      }),
  };
}

/**
 * The outputs of all recurrent layers, and the parts of their states that are no outputs. The parts of the xLSTM's cells, single values of
 * which have no meaning without the others, are left out: zoneout leaves them out, too.
 */
function placesOf(model: ModelOptions): TappedValue[] {
  const { layers } = architectureOf(model);
  return tappedValues(model).filter(({ layer, own }) => {
    const { layer: { cell } = {}, size = 0 } = layers[layer] ?? {};
    const states = cell?.states(size).filter(({ zoneout }) => zoneout !== false) ?? [];
    return cell && (own === 'output' || states.some(({ name }) => own === `state.${name}`));
  });
}

/** Whether values `start` to `end` (exclusive) are not all equal. */
function variesIn(values: Float32Array, start: number, end: number): boolean {
  return values.subarray(start, end).some((value) => value !== values[start]);
}

/** The correlation in the second half; undefined where it depends on a single segment, or a unit does not vary. */
function confirm(sums: CorrelationSums, detector: number, unit: number) {
  const confirmed = sums.correlation(detector, unit, SECOND);
  const without = SECOND.map((left) =>
    sums.correlation(
      detector,
      unit,
      SECOND.filter((segment) => segment !== left),
    ),
  );
  if (confirmed === undefined || without.includes(undefined)) return undefined;
  const others = without.map((correlation) => zOf(correlation!));
  const mean = others.reduce((sum, value) => sum + value, 0) / SEGMENTS;
  const squares = others.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const error = Math.sqrt(((SEGMENTS - 1) / SEGMENTS) * squares);
  return { confirmed, standardErrors: Math.abs(zOf(confirmed)) / error };
}

/** Fisher's transformation, after which standard errors mean the same at every correlation; finite also at -1 and 1. */
function zOf(correlation: number): number {
  return Math.atanh(correlation * (1 - 1e-12));
}

/**
 * Finds the passage of a text in which a detector varies most, which shows best how a unit follows it.
 *
 * @param values the numbers of the detector, [N]
 * @param length tokens of the passage, at most N
 * @returns the position of its first token: of equally varied passages the first one
 */
export function mostVariedPassage(values: Float32Array, length: number): number {
  let [sum, squares, best, variance] = [0, 0, 0, -1];
  for (let end = 1; end <= values.length; end++) {
    const entering = values[end - 1]!;
    const leaving = end > length ? values[end - 1 - length]! : 0;
    sum += entering - leaving;
    squares += entering * entering - leaving * leaving;
    const own = squares - (sum * sum) / length;
    // The last digits of running sums are rounding.
    if (end < length || own <= variance * (1 + 1e-9)) continue;
    [best, variance] = [end - length, own];
  }
  return best;
}

/**
 * The values of units while a model reads a passage of a text, to show them as colours of the text.
 *
 * @param passage `start` and `length`, within the N tokens, and `context`: how many tokens before the passage are read first
 * @returns for each unit the value after each token of the passage, [length]
 */
export async function unitsInPassage(
  { network, engine, tokens }: Pick<TextObservation, 'network' | 'engine' | 'tokens'>,
  units: readonly UnitPlace[],
  { start, length, context }: { readonly start: number; readonly length: number; readonly context: number },
): Promise<Float32Array[]> {
  const begin = Math.max(0, start - context);
  const found = units.map(() => new Float32Array(length));
  const observer: Pick<TextObserver<unknown>, 'taps' | 'add'> = {
    taps: units.map(({ layer, tap }) => layerName(layer, tap)),
    add({ rows, positions, values }) {
      for (const [i, { layer, tap, unit }] of units.entries()) {
        const from = values(layerName(layer, tap));
        const columns = from.length / rows;
        for (let row = 0; row < rows; row++) {
          const place = positions[row]! - (start - begin);
          if (positions[row]! >= 0 && place >= 0) found[i]![place] = from[row * columns + unit]!;
        }
      }
    },
  };
  const part = partWithNext(tokenSource(tokens), begin, start + length);
  await observeText({ network, engine, tokens: part, batchSize: 1, sequenceLength: engine.readingSteps }, [observer]);
  return found;
}

/** Tokens `begin` to `end` (exclusive), and one more, because the last token of a text is not read. */
function partWithNext(source: TokenSource, begin: number, end: number): TokenSource {
  const count = end - begin;
  const tokens = new Int32Array(count + 1);
  source.read(begin, tokens, count);
  if (!source.readDocumentEnds) return memoryTokenSource(tokens);
  const ends = new Uint8Array(count + 1);
  source.readDocumentEnds(begin, ends, count);
  return memoryTokenSource(tokens, ends);
}

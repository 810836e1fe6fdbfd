import type { Engine } from '../engine/engine.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { type TokenSource, tokenSource } from '../text/batches.js';
import type { TokenDecoder } from '../text/tokenizers/tokenizer.js';
import { type DetectedText, detectInText } from './detectors.js';
import { type GateReport, gateObserver } from './gates.js';
import { type LayerExponents, lyapunovExponents } from './lyapunov.js';
import { observeText } from './observe.js';
import {
  type DetectorReport,
  mostVariedPassage,
  type ReadableUnit,
  readableUnitObserver,
  unitsInPassage,
} from './readable-units.js';
import { sampleSize } from './sample-size.js';
import { type UnitReport, unitObserver } from './units.js';

/** What the states of a model do while it reads a text. */
export interface States {
  readonly exponents: readonly LayerExponents[];
  readonly gates: GateReport;
  readonly units: UnitReport;
  readonly readable: readonly DetectorReport[];
  /** A passage for the unit that tracks a detector best; absent where no unit tracks any. */
  readonly passage?: UnitPassage;
}

/** A passage of the text with the values of a unit. */
export interface UnitPassage {
  /** Of the detector. */
  readonly detector: string;
  readonly unit: ReadableUnit;
  /** For each token what it adds to the text, and the value after it. */
  readonly pieces: readonly string[];
  readonly values: Float32Array;
}

interface StatesOptions {
  readonly network: ParameterNetwork;
  /** Of one shard. */
  readonly engine: Engine;
  readonly tokens: Int32Array | TokenSource;
  readonly decoder: TokenDecoder;
  readonly seed: number;
}

/** Tokens that are observed, and the layout in which they are read. */
const OBSERVED = { wanted: 20_000, least: 4096 };
const LANES = 8;
const STEPS = 32;
/** Tokens along which exponents are computed, how many exponents, and the steps at either end that do not count. */
const FOLLOWED = 1200;
const EXPONENTS = 3;
const TRANSIENT = 100;
/** Units of each detector, and tokens of a passage. */
const UNITS = 3;
const PASSAGE = 240;

/** Observes the states of a model without attention to a text that is too short for a measurement: that part is empty. */
export async function measureStates({ network, engine, tokens, decoder, seed }: StatesOptions): Promise<States> {
  const ids = firstTokens(tokens, sampleSize(network, OBSERVED));
  const pieces = Array.from(ids, (id) => decoder.push(id));
  const detected = detectInText(pieces, ids.length);
  const [gates, units] = [gateObserver(network.options), unitObserver(network.options)];
  const readable = readableUnitObserver(network.options, detected, UNITS);
  await observeText({ network, engine, tokens: ids, batchSize: LANES, sequenceLength: STEPS }, [gates, units, readable]);
  const followed = ids.subarray(0, FOLLOWED);
  const exponents =
    followed.length < 2 * TRANSIENT + 10
      ? []
      : await lyapunovExponents({ network, engine }, followed, { count: EXPONENTS, transient: TRANSIENT, seed });
  const reports = readable.result();
  const passage = await passageFor(reports, detected, { network, engine, tokens: ids, pieces });
  return { exponents, gates: gates.result(), units: units.result(), readable: reports, ...(passage && { passage }) };
}

function firstTokens(tokens: Int32Array | TokenSource, most: number): Int32Array {
  const source = tokenSource(tokens);
  const ids = new Int32Array(Math.min(most, source.length));
  source.read(0, ids, ids.length);
  return ids;
}

interface ObservedText extends Pick<StatesOptions, 'network' | 'engine'> {
  readonly tokens: Int32Array;
  readonly pieces: readonly string[];
}

async function passageFor(
  reports: readonly DetectorReport[],
  detected: readonly DetectedText[],
  { tokens, pieces, ...reader }: ObservedText,
): Promise<UnitPassage | undefined> {
  const best = reports
    .flatMap(({ detector, units }) => (units[0] ? [{ detector, unit: units[0] }] : []))
    .toSorted((a, b) => Math.abs(b.unit.confirmed) - Math.abs(a.unit.confirmed))[0];
  if (best === undefined) return undefined;
  const { values: numbers } = detected.find(({ detector }) => detector === best.detector)!;
  const length = Math.min(PASSAGE, tokens.length - 1);
  const start = mostVariedPassage(numbers.subarray(0, tokens.length - 1), length);
  const [values] = await unitsInPassage({ ...reader, tokens }, [best.unit], { start, length, context: PASSAGE });
  return { detector: best.detector.name, unit: best.unit, pieces: pieces.slice(start, start + length), values: values! };
}

import type { Engine } from '../engine/engine.js';
import { createCarriedState } from '../model/carried-state.js';
import { observationGraph } from '../model/observation-graph.js';
import { parameterBindings } from '../model/parameter-table.js';
import { recurrentStates } from '../model/recurrent-states.js';
import type { ParameterNetwork } from '../model/window-programs.js';
import { type TokenSource, tokenSource } from '../text/batches.js';

/** How the loss of a step depends on the states that earlier steps left in a recurrent layer. */
export interface GradientFlow {
  /** The index of the layer in the model. */
  readonly layer: number;
  /**
   * By lag k, from 0: the mean of |d loss(t) / d s(t-1-k)|, the norm of the gradient of the loss of the target at step t with respect to the
   * whole state that step t-k reads. Nats per unit of the state.
   */
  readonly norms: readonly number[];
  /** The factor by which the norm changes with each lag: a least-squares line through ln(norm), up to a millionth of lag 0. */
  readonly rate: number;
  /** The first lag whose norm is below 1% of that of lag 0; undefined where no measured lag is. */
  readonly horizon: number | undefined;
}

export interface GradientFlowOptions {
  readonly network: ParameterNetwork;
  /** Of one shard. */
  readonly engine: Engine;
  /** A text in the order in which the model reads it. */
  readonly tokens: Int32Array | TokenSource;
  /** L: the number of lags, at least 2. */
  readonly lags: number;
  /** B: places of the text that are read in parallel. */
  readonly batchSize: number;
  /** Windows that are measured at each place, after one that fills the state. */
  readonly windows: number;
}

/** A norm below this share of lag 0 is not counted: its logarithm would be that of a rounding error. */
const SMALLEST = 1e-6;
/** The share of lag 0 at which the horizon is. */
const HORIZON = 0.01;

/**
 * Measures how far back the loss depends on the state, for each recurrent layer of a model (Bengio et al. 1994, Pascanu et al. 2013): the
 * gradient of the loss at the last step of a window with respect to the state that each earlier step left. The mean is over B * windows
 * places, spread over the text; the state is carried from window to window, as in training.
 *
 * @throws Error for a text of fewer than L + 2 tokens
 */
export async function gradientFlow(options: GradientFlowOptions): Promise<GradientFlow[]> {
  const { network, engine, lags, windows } = options;
  const source = tokenSource(options.tokens);
  // The state after step j is read by step j + 1: a window of L + 1 steps has L states that its last step depends on.
  const steps = lags + 1;
  const places = Math.min(options.batchSize, Math.floor((source.length - 1) / steps));
  if (places < 1) throw new Error(`a text of ${source.length} tokens has no window of ${steps} steps`);
  const inLane = Math.min(windows + 1, Math.floor((source.length - 1) / (places * steps)));
  const state = createCarriedState(engine, network.options, places);
  const window = { batchSize: places, sequenceLength: steps, shards: 1 };
  const states = recurrentStates(network.options);
  if (states.length === 0) return [];
  const program = engine.compile(() => observationGraph(network.options, window, { states: true }), {
    inputs: { ...parameterBindings(network.table, network.arena), ...state.inputs },
    outputs: state.outputs,
  });
  program.inputs.weights![0]!.fill(1, lags * places);
  program.inputs.inverseCount![0]!.fill(1);
  const [tokens, targets] = [program.inputs.tokens![0]!, program.inputs.targets![0]!];
  const chunk = new Int32Array(steps + 1);
  const layers = states.map(({ layer, parts }) => ({ layer, parts, sum: new Float64Array(lags) }));
  let measured = 0;
  for (let number = 0; number < inLane; number++) {
    for (let place = 0; place < places; place++) {
      source.read(place * Math.floor((source.length - 1) / places) + number * steps, chunk, steps + 1);
      for (let t = 0; t < steps; t++) {
        tokens[t * places + place] = chunk[t]!;
        targets[t * places + place] = chunk[t + 1]!;
      }
    }
    await program.run();
    state.carry();
    // The first window begins with an empty state, which is not typical; of a short text it is the only one.
    if (number === 0 && inLane > 1) continue;
    measured += places;
    for (const { parts, sum } of layers) {
      const gradients = parts.map(({ name, columns }) => ({
        values: program.outputs[`gradient.probe.${name}`]![0]! as Float32Array,
        columns,
      }));
      for (let lag = 0; lag < lags; lag++)
        for (let place = 0; place < places; place++) sum[lag]! += norm(gradients, (lags - 1 - lag) * places + place);
    }
  }
  return layers.map(({ layer, sum }) =>
    described(
      layer,
      Array.from(sum, (value) => value / measured),
    ),
  );
}

/** The norm of one row of several matrices side by side. */
function norm(parts: readonly { readonly values: Float32Array; readonly columns: number }[], row: number): number {
  let sum = 0;
  for (const { values, columns } of parts)
    for (let i = row * columns; i < (row + 1) * columns; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}

function described(layer: number, norms: readonly number[]): GradientFlow {
  const first = norms[0]!;
  const horizon = norms.findIndex((value) => value < HORIZON * first);
  return { layer, norms, rate: rateOf(norms), horizon: horizon < 0 ? undefined : horizon };
}

/** exp of the slope of a least-squares line through ln(norm) over the lags before the first that is too small; 0 for a single lag. */
function rateOf(norms: readonly number[]): number {
  const end = norms.findIndex((value) => !(value > SMALLEST * norms[0]!));
  const logs = norms.slice(0, end < 0 ? norms.length : end).map(Math.log);
  if (logs.length < 2) return 0;
  const middle = (logs.length - 1) / 2;
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const slope = logs.reduce((sum, value, lag) => sum + (lag - middle) * (value - mean), 0);
  return Math.exp(slope / logs.reduce((sum, _, lag) => sum + (lag - middle) * (lag - middle), 0));
}

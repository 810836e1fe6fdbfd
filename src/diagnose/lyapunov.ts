import { checkOneShard, type Engine, type Program } from '../engine/engine.js';
import { checkNumber, countRange, seedRange } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import { nextTurn } from '../foundation/next-turn.js';
import { createRandom } from '../foundation/random.js';
import { type CarriedState, createCarriedState } from '../model/carried-state.js';
import { parameterBindings } from '../model/parameter-table.js';
import { programPool, withPooled } from '../model/program-pool.js';
import { type RecurrentState, recurrentStates } from '../model/recurrent-states.js';
import { stateJacobianGraph } from '../model/state-jacobian-graph.js';
import { type ParameterNetwork, readingProgram } from '../model/window-programs.js';
import { checkedTokenSource, type TokenSource } from '../text/batches.js';
import { orthonormalize } from './orthonormalize.js';

export interface LyapunovOptions {
  /** K, how many exponents of each layer are computed, at most as many as its state has columns. */
  readonly count: number;
  /** Steps at either end of the text that do not count: the state leaves zero there, and the vectors turn into the directions that grow most. */
  readonly transient: number;
  /** Decides the first vectors, which only matter within the transient. */
  readonly seed: number;
}

/** The largest Lyapunov exponents of the state of one layer. */
export interface LayerExponents {
  /** The index of the layer in the model. */
  readonly layer: number;
  /** Nats per step, the largest first. -Infinity: nothing of the state is left after some step. */
  readonly exponents: readonly number[];
  /**
   * For each exponent the standard error of its mean, from the means of ten blocks of consecutive steps; 0 for an exponent that is not
   * finite. It contains the variation along the text, but no systematic error of a short transient.
   */
  readonly standardErrors: readonly number[];
  /** Steps over which the exponents are means. */
  readonly steps: number;
}

/** Blocks of the standard error, and therefore the fewest steps that count. */
const BLOCKS = 10;

/**
 * The largest Lyapunov exponents of each recurrent layer while a trained model reads a text: the mean rates, in nats per step, at which small
 * differences of the layer's state grow (above 0) or fade (below 0) with the inputs of the layer given. Gradients through the layer's state
 * grow or fade at the same rates: 0 is what learning over many steps needs (Engelken, Wolf and Abbott 2023, "Lyapunov spectra of chaotic
 * recurrent neural networks"; Vogt, Puelma Touzel, Shlizerman and Lajoie 2022, "On Lyapunov exponents for RNNs").
 *
 * The text is read once and all states are kept: N times the numbers of a state of the model. From the last step to the first, K vectors
 * are multiplied with the transposed Jacobian of the step and made orthonormal again (QR). The exponents are the means of the logarithms of
 * R's diagonal; those of the transposed product are the same. Vectors are multiplied in float32, which loses directions that fade by more
 * than e^-15 relative to others in a single step: such an exponent is an upper bound.
 *
 * A layer's state influences the state of the layers above it and not of those below. The Jacobian of the whole model's state is therefore
 * block triangular, and its exponents are those of all layers together. Parts of the state are in their own units; a change of units does not
 * change exponents. In the sLSTM and the mLSTM, c, n and m describe one memory in a scale that m chooses. A change of the scale alone has
 * the exponent 0 until the input gate sets a new m, so that their exponents near 0 can be of this kind.
 *
 * A state that is reset at the end of a document is a new state for the next step; the reset itself, whose Jacobian is 0, is left out.
 *
 * @param engine of one shard
 * @param tokens N, of which each is read in one step; backward stacks read them as given
 * @returns an entry for each recurrent layer; nothing for a model without one
 * @throws UserError `usage` for invalid numbers, `data` for a text with fewer than ten steps besides the transients
 */
export async function lyapunovExponents(
  { network, engine }: { network: ParameterNetwork; engine: Engine },
  tokens: Int32Array | TokenSource,
  options: LyapunovOptions,
): Promise<LayerExponents[]> {
  const { count, transient, seed } = options;
  checkOneShard(engine, 'Lyapunov exponents are computed');
  checkNumber('the number of exponents', count, countRange);
  checkNumber('the transient', transient, { from: 0, whole: true });
  checkNumber('the seed', seed, seedRange);
  const source = checkedTokenSource(tokens, network.options.vocabularySize);
  const steps = source.length - 2 * transient;
  if (steps < BLOCKS) {
    throw new UserError(
      'data',
      `the text has ${source.length} tokens, and Lyapunov exponents need at least ${2 * transient + BLOCKS}: ` +
        `${BLOCKS} besides ${transient} at either end`,
    );
  }
  const layers = recurrentStates(network.options);
  if (layers.length === 0) return [];
  const path = await readPath(network, engine, source);
  const frames = layers.map((layer, i) => createFrame(layer, count, createRandom(seed, i)));
  const pool = programPool<Multiplier>(engine, network, `state Jacobians ${count}`);
  await withPooled(
    pool,
    () => createMultiplier(network, engine, count),
    async ({ program, state }) => {
      program.parametersChanged();
      const token = program.inputs.tokens![0]!;
      for (let t = source.length - 1; t >= 0; t--) {
        for (let row = 0; row < count; row++) state.loadRow(row, path.states, t * path.rowLength);
        token.fill(path.tokens[t]!);
        for (const frame of frames) writeCotangents(frame, program);
        await program.run();
        const counted = t >= transient && t < source.length - transient;
        const block = counted ? Math.floor(((t - transient) * BLOCKS) / steps) : undefined;
        for (const frame of frames) advance(frame, program, block);
        await nextTurn();
      }
    },
  );
  return frames.map((frame) => exponentsOf(frame, steps));
}

/** The tokens of a text, and the state of the whole model before each of them, [N * rowLength]. */
interface Path {
  readonly tokens: Int32Array;
  readonly states: Float32Array;
  readonly rowLength: number;
}

async function readPath(network: ParameterNetwork, engine: Engine, source: TokenSource): Promise<Path> {
  const tokens = new Int32Array(source.length);
  source.read(0, tokens, source.length);
  const ends = new Uint8Array(source.length);
  source.readDocumentEnds?.(0, ends, source.length);
  const pool = programPool<Multiplier>(engine, network, 'states of single steps');
  const make = () => {
    const state = createCarriedState(engine, network.options, 1);
    const window = { batchSize: 1, sequenceLength: 1, shards: 1 };
    return { state, program: readingProgram(network, engine, window, state) };
  };
  return withPooled(pool, make, async ({ state, program }) => {
    const { rowLength } = state;
    const states = new Float32Array(source.length * rowLength);
    program.parametersChanged();
    state.reset();
    for (const [t, token] of tokens.entries()) {
      if (ends[t] === 1) state.reset();
      state.saveRow(0, states, t * rowLength);
      program.inputs.tokens![0]![0] = token;
      await program.run();
      state.carry();
      await nextTurn();
    }
    return { tokens, states, rowLength };
  });
}

interface Multiplier {
  readonly program: Program;
  readonly state: CarriedState;
}

function createMultiplier({ options, table, arena }: ParameterNetwork, engine: Engine, count: number): Multiplier {
  const state = createCarriedState(engine, options, count);
  const inputs = { ...parameterBindings(table, arena), ...state.inputs };
  return { state, program: engine.compile(() => stateJacobianGraph(options, count), { inputs }) };
}

/** Orthonormal vectors of the state of a layer, and what they grew by. */
interface Frame {
  readonly layer: RecurrentState;
  /** D, the columns of all parts of the state. */
  readonly size: number;
  /** At most K vectors of D numbers. */
  readonly vectors: readonly Float64Array[];
  /** For each vector: the sums of logarithms in each block, and the numbers of steps in them. */
  readonly logarithms: readonly Float64Array[];
  readonly counts: Float64Array;
}

function createFrame(layer: RecurrentState, count: number, random: { normal(): number }): Frame {
  const size = layer.parts.reduce((sum, { columns }) => sum + columns, 0);
  const own = Math.min(count, size);
  const vectors = Array.from({ length: own }, () => Float64Array.from({ length: size }, () => random.normal()));
  orthonormalize(vectors);
  const logarithms = vectors.map(() => new Float64Array(BLOCKS));
  return { layer, size, vectors, logarithms, counts: new Float64Array(BLOCKS) };
}

function writeCotangents({ layer, vectors }: Frame, { inputs }: Program): void {
  let start = 0;
  for (const { name, columns } of layer.parts) {
    const target = inputs[`cotangent.${name}`]![0]!;
    for (const [row, vector] of vectors.entries()) target.set(vector.subarray(start, start + columns), row * columns);
    start += columns;
  }
}

/** Takes over the products, makes them orthonormal, and adds their growth to a block of steps, if the step counts. */
function advance({ layer, vectors, logarithms, counts }: Frame, { outputs }: Program, block: number | undefined): void {
  let start = 0;
  for (const { name, columns } of layer.parts) {
    const product = outputs[`product.${name}`]![0]!;
    for (const [row, vector] of vectors.entries()) vector.set(product.subarray(row * columns, (row + 1) * columns), start);
    start += columns;
  }
  const lengths = orthonormalize(vectors);
  if (block === undefined) return;
  for (const [i, length] of lengths.entries()) logarithms[i]![block]! += Math.log(length);
  counts[block]!++;
}

function exponentsOf({ layer, logarithms, counts }: Frame, steps: number): LayerExponents {
  const found = logarithms.map((blocks) => {
    const exponent = blocks.reduce((sum, value) => sum + value, 0) / steps;
    const spread = blocks.reduce((sum, value, i) => sum + squared(value / counts[i]! - exponent), 0) / (BLOCKS - 1);
    return { exponent, standardError: Number.isFinite(exponent) ? Math.sqrt(spread / BLOCKS) : 0 };
  });
  found.sort((a, b) => (a.exponent === b.exponent ? 0 : b.exponent - a.exponent));
  return {
    layer: layer.layer,
    exponents: found.map(({ exponent }) => exponent),
    standardErrors: found.map(({ standardError }) => standardError),
    steps,
  };
}

const squared = (value: number) => value * value;

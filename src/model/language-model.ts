import { gradients } from '../graph/autodiff.js';
import { type Node, type Outputs, topologicalOrder } from '../graph/node.js';
import { columnSums } from '../graph/operations/column-sums.js';
import { dropoutMask } from '../graph/operations/dropout-mask.js';
import { gatherRows } from '../graph/operations/gather-rows.js';
import { input, inputOperation } from '../graph/operations/input.js';
import { multiply } from '../graph/operations/multiply.js';
import { recurrentOperator } from '../graph/operations/recurrent-operator.js';
import { shardSum } from '../graph/operations/shard-sum.js';
import { softmaxCrossEntropy } from '../graph/operations/softmax-cross-entropy.js';
import { rewriteBackward, rewriteForward } from '../graph/rewrites/index.js';
import { linear } from './cells/cell.js';
import { cellFor } from './cells/index.js';
import { type ModelOptions, type ParameterTable, parameterNodes, parameterTable } from './parameter-table.js';
import { recurrentLayer } from './recurrent-layer.js';

/** The window that a graph is built for: T steps of B sequences in each shard. */
export interface WindowOptions {
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly shards: number;
  /** Whether there is an input `keep` [T*B, 1], sharded: 0 where the state is forgotten before the token is read, else 1. */
  readonly resets?: boolean | undefined;
  /** Whether recurrent layers are ONNX's operators for them, where there are such and nothing resets the state: see `recurrentOperator`. */
  readonly operators?: boolean | undefined;
}

/** Names of the state's parts, as inputs (`h.0`) and, with `next.` before them, as outputs: each [B, H]. */
export function stateNames(model: ModelOptions): string[] {
  const { states } = cellFor(model.cell);
  return Array.from({ length: model.layers }, (_, layer) => states.map((name) => `${name}.${layer}`)).flat();
}

/** The forward equations: embedding, recurrent layers, decoder, with dropout between them where a mask is given. */
function forward(
  model: ModelOptions,
  parameters: Record<string, Node>,
  { batchSize, sequenceLength, shards, resets = false, operators = false }: WindowOptions,
  drop: (x: Node) => Node,
) {
  const B = batchSize / shards;
  const rows = sequenceLength * B;
  const cell = cellFor(model.cell);
  const tokens = input('tokens', { rows, columns: 1, sharded: true, integer: true });
  const keep = resets ? input('keep', { rows, columns: 1, sharded: true }) : undefined;
  const next: Record<string, Node> = {};

  let x = drop(gatherRows(parameters['encoder.weight']!, tokens));
  for (let layer = 0; layer < model.layers; layer++) {
    const weights = {
      weight_ih: parameters[`rnn.weight_ih_l${layer}`]!,
      weight_hh: parameters[`rnn.weight_hh_l${layer}`]!,
      bias_ih: parameters[`rnn.bias_ih_l${layer}`]!,
      bias_hh: parameters[`rnn.bias_hh_l${layer}`]!,
    };
    const before = cell.states.map((name) => input(`${name}.${layer}`, { rows: B, columns: model.hiddenSize, sharded: true }));
    const { output, state } =
      operators && cell.standardOperator && !keep
        ? recurrentOperator(cell.standardOperator, x, weights, before)
        : recurrentLayer(cell, x, before, weights, keep);
    for (const [i, name] of cell.states.entries()) next[`next.${name}.${layer}`] = state[i]!;
    x = drop(output);
  }
  const logits = linear(x, parameters[model.tieWeights ? 'encoder.weight' : 'decoder.weight']!, parameters['decoder.bias']!);
  return { logits, hidden: x, next };
}

function targetInput(rows: number): Node {
  return input('targets', { rows, columns: 1, sharded: true, integer: true });
}

/** The same model without dropout: whatever is done with a trained model. */
const keepAll = (x: Node) => x;

/**
 * Graph of one training step on a window.
 *
 * Inputs: the parameters; `tokens` and `targets` (integers [T*B, 1], time-major), `weights` [T*B, 1] (1 where a target counts, else 0),
 * `inverseCount` [1, 1] (1 / the number of targets that count in all shards), the state (see `stateNames`), and with dropout `step`
 * (integer [1, 1]).
 * Outputs: `loss` [1, 1], mean nats per counted token; `next.*`, the state after the window; `gradient.NAME` for each parameter.
 */
export function trainingGraph(model: ModelOptions, window: WindowOptions, seed: number): Outputs {
  const rows = (window.sequenceLength * window.batchSize) / window.shards;
  const step = input('step', { rows: 1, columns: 1, integer: true });
  let sites = 0;
  const drop = (x: Node) => {
    if (model.dropout === 0) return x;
    const batch = window.batchSize / window.shards;
    const mask = dropoutMask(step, { rows, columns: x.columns, batch, rate: model.dropout, site: sites++, seed });
    return multiply(x, mask);
  };
  const { losses: _, ...outputs } = meanLoss(model, window, drop);
  return withGradients(rewriteForward(outputs, window.shards), parameterTable(model));
}

/**
 * Graph of one step of dynamic evaluation: that of training, without dropout, and with `losses` [T*B, 1], the nats of each target.
 */
export function adaptationGraph(model: ModelOptions, window: WindowOptions): Outputs {
  return withGradients(rewriteForward(meanLoss(model, window, keepAll), window.shards), parameterTable(model));
}

function meanLoss(model: ModelOptions, window: WindowOptions, drop: (x: Node) => Node) {
  const rows = (window.sequenceLength * window.batchSize) / window.shards;
  const { logits, next } = forward(model, parameterNodes(parameterTable(model)), window, drop);
  const weights = input('weights', { rows, columns: 1, sharded: true });
  const losses = softmaxCrossEntropy(logits, targetInput(rows));
  const total = shardSum(columnSums(multiply(losses, weights)));
  return { loss: multiply(total, input('inverseCount', { rows: 1, columns: 1 })), losses, ...next };
}

/** The loss graph with `gradient.NAME` for each parameter. */
function withGradients(outputs: Outputs, table: ParameterTable): Outputs {
  const inputs = topologicalOrder(Object.values(outputs)).filter(({ operation }) => operation === inputOperation);
  const wanted = table.entries.map(({ name }) => inputs.find(({ attributes }) => attributes.name === name)!);
  const derived = gradients(outputs.loss!, wanted);
  const named = Object.fromEntries(table.entries.map(({ name }, i) => [`gradient.${name}`, derived[i]!]));
  return rewriteBackward({ ...outputs, ...named });
}

/**
 * Graph that scores a window: inputs as for training, without weights and counts; outputs `loss` [T*B, 1], the nats of each target,
 * and `next.*`.
 */
export function scoringGraph(model: ModelOptions, window: WindowOptions): Outputs {
  const { hidden: _, ...outputs } = scores(model, window);
  return rewriteBackward(rewriteForward(outputs, window.shards));
}

/** The same with `hidden` [T*B, H], the output of the top layer after each token. */
export function hiddenScoringGraph(model: ModelOptions, window: WindowOptions): Outputs {
  return rewriteBackward(rewriteForward(scores(model, window), window.shards));
}

function scores(model: ModelOptions, window: WindowOptions) {
  const { logits, hidden, next } = forward(model, parameterNodes(parameterTable(model)), window, keepAll);
  const targets = targetInput((window.sequenceLength * window.batchSize) / window.shards);
  return { loss: softmaxCrossEntropy(logits, targets), hidden, ...next };
}

/** Graph that predicts: outputs `logits` [T*B, V] of the token after each position, and `next.*`. */
export function predictionGraph(model: ModelOptions, window: WindowOptions): Outputs {
  const { logits, next } = forward(model, parameterNodes(parameterTable(model)), window, keepAll);
  return rewriteBackward(rewriteForward({ logits, ...next }, window.shards));
}

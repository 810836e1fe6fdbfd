import type { Target } from '../engine/engine.js';
import { gradients } from '../graph/autodiff.js';
import { type Node, type Outputs, topologicalOrder } from '../graph/node.js';
import { dropoutMask } from '../graph/operations/dropout-mask.js';
import { input, inputOperation } from '../graph/operations/input.js';
import { concatenate } from '../graph/operations/movement.js';
import { add, multiply } from '../graph/operations/pointwise.js';
import { rewriteBackward, rewriteForward } from '../graph/rewrites/index.js';
import { architectureOf, attentionHeads, untapped } from './architecture.js';
import { type ObjectiveOptions, objectiveOf, shareInput } from './objective-graph.js';
import { objectiveTerms } from './objectives/index.js';
import { CROSS_ENTROPY, objectiveParameters } from './objectives/objective.js';
import { parameterTable } from './parameter-table.js';
import type { ModelOptions } from './specification.js';
import { evaluating, type Manner, type WindowOptions, windowGraph } from './window-graph.js';

/** Options of a training graph, besides the window. */
export interface TrainingGraphOptions extends ObjectiveOptions {
  readonly seed: number;
  /** Names of parameters that are not trained: they get no gradients. */
  readonly frozen?: ReadonlySet<string> | undefined;
  /** Names of values (see `Tap`) to output as well: `tap.NAME` and `gradient.tap.NAME`, the values of all steps stacked in the rows. */
  readonly taps?: readonly string[] | undefined;
}

/**
 * Graph of one training step on a window.
 *
 * Inputs: the parameters; `tokens` and `targets` (integers [T*B, 1], time-major), `weights` [T*B, 1] (1 where a target counts, else 0),
 * `inverseCount` [1, 1] (1 / the number of targets that count in all shards), the state (`Architecture.states`), if there are masks,
 * `step` (integer [1, 1]), and, if a term of the objective compares with random tokens, `randomTokens` (integers [count * T*B, 1]); with
 * related tokens, their pairs `relations.first` and `relations.second` (integers [P, 1]) and weights `relations.shares` [P, 1]; for each
 * scheduled term `share.NAME` [1, 1], the share of its weight that counts; if a term predicts words of the previous sentence, `previous.tokens`
 * (integers [count * T*B, 1]) and `previous.known` [T*B, 1]. Of a bidirectional model, the backward stack has inputs of its own,
 * with the prefix `backward.`: `backward.tokens` and so on. As many targets must count there.
 *
 * Outputs:
 *  - `loss` [1, 1]: the mean cross-entropy in nats per counted token, of a bidirectional model the mean of both directions;
 *  - of a bidirectional model `loss.forward` and `loss.backward` [1, 1], the same for each direction;
 *  - `objective.NAME` [1, 1] for each further term, multiplied by its weight;
 *  - `next.*`: the state after the window;
 *  - `gradient.NAME` for each trained parameter: the gradient of the sum of the loss and the terms;
 *  - `buffer.NAME`: the value after the window of each buffer that a layer updates;
 *  - `tap.NAME` and `gradient.tap.NAME` for each tap: the values of all steps stacked in the rows, and their gradients through all of their
 *    uses, including later steps of the layer.
 *
 * @throws Error for a tap that the model does not have
 */
export function trainingGraph(model: ModelOptions, window: WindowOptions, options: TrainingGraphOptions): Outputs {
  const { seed, objective = {}, relatedPairs, scheduled = [], frozen, taps = [] } = options;
  const step = input('step', { rows: 1, columns: 1, integer: true });
  const batch = window.batchSize / window.shards;
  const rows = window.sequenceLength * batch;
  let sites = 0;
  const mask: Manner['mask'] = ({ columns, rate, span }) =>
    dropoutMask(step, { rows: span === 'step' ? rows : batch, columns, batch, rate, site: sites++, seed });
  const weightMask: Manner['weightMask'] = (options) => dropoutMask(step, { ...options, site: sites++, seed });
  const tapped: Record<string, Node> = {};
  const tap = (name: string, value: Node) => {
    if (taps.includes(name)) tapped[`tap.${name} ${Object.keys(tapped).length}`] = value;
    return value;
  };
  const { losses: _, ...outputs }: Outputs = objectiveOf(
    model,
    window,
    { mode: 'train', mask, weightMask, tap },
    { objective, relatedPairs, scheduled },
  );
  const { loss, ...rest } = rewriteForward({ ...outputs, ...tapped }, window.shards);
  const all = withGradients(
    { loss: loss!, ...rest },
    [
      ...trainedNames(model, frozen),
      ...objectiveParameters(objectiveTerms, objective, architectureOf(model)).map(({ name }) => name),
      ...Object.keys(tapped),
    ],
    scheduled.includes(CROSS_ENTROPY) ? shareInput(CROSS_ENTROPY) : undefined,
  );
  const names = taps.flatMap((name) => [`tap.${name}`, `gradient.tap.${name}`]);
  return rewriteBackward(joinedParts(all, names));
}

/**
 * Graph of one step of dynamic evaluation: a training graph without randomness and without further terms, and with the output `losses`
 * [T*B, 1], the loss of each target in nats.
 */
export function adaptationGraph(model: ModelOptions, window: WindowOptions): Outputs {
  const { loss, ...rest } = rewriteForward(objectiveOf(model, window, evaluating), window.shards);
  return rewriteBackward(withGradients({ loss: loss!, ...rest }, trainedNames(model)));
}

const trainedNames = (model: ModelOptions, frozen?: ReadonlySet<string>) =>
  parameterTable(model, frozen).trained.map(({ name }) => name);

/**
 * Adds `gradient.NAME` to a graph: the gradient of the sum of the loss and the terms with respect to each named parameter or output.
 * @param share of the loss that counts, [1, 1]
 */
export function withGradients(outputs: Outputs & { readonly loss: Node }, names: readonly string[], share?: Node): Outputs {
  const inputs = topologicalOrder(Object.values(outputs)).filter(({ operation }) => operation === inputOperation);
  const byName = new Map(inputs.map((node) => [node.attributes.name as string, node]));
  const terms = Object.entries(outputs).filter(([name]) => name.startsWith('objective.'));
  const objective = terms.reduce((sum, [, term]) => add(sum, term), share ? multiply(share, outputs.loss) : outputs.loss);
  const derived = gradients(
    objective,
    names.map((name) => outputs[name] ?? byName.get(name)!),
  );
  return { ...outputs, ...Object.fromEntries(names.map((name, i) => [`gradient.${name}`, derived[i]!])) };
}

/**
 * Stacks the parts of an output in one: those named `NAME 0`, `NAME 1`, ... become the output `NAME`.
 * @throws Error for a name without parts
 */
export function joinedParts(outputs: Outputs, names: readonly string[]): Outputs {
  const isPart = (name: string) => / \d+$/.test(name);
  const rest = Object.entries(outputs).filter(([name]) => !isPart(name));
  const joined = names.map((name) => {
    const parts = Object.entries(outputs).filter(([part]) => isPart(part) && part.slice(0, part.lastIndexOf(' ')) === name);
    if (parts.length === 0) throw new Error(`the model has no value ${name.slice(name.indexOf('tap.') + 'tap.'.length)}`);
    const nodes = parts.map(([, node]) => node);
    return [name, nodes.length === 1 ? nodes[0]! : concatenate(nodes, 'rows')] as const;
  });
  return Object.fromEntries([...rest, ...joined]);
}

/**
 * Graph that scores a window. Inputs as for training, without `weights`, `inverseCount` and `step`. Outputs: `loss` [T*B, 1], the loss of
 * each target in nats, and `next.*`.
 */
export function scoringGraph(model: ModelOptions, window: WindowOptions, target?: Target): Outputs {
  const { hidden: _, ...outputs } = scores(model, window, target);
  return rewriteBackward(rewriteForward(outputs, window.shards));
}

/** The graph of `scoringGraph` with the further output `hidden` [T*B, H], the output of the last layer after each token. */
export function hiddenScoringGraph(model: ModelOptions, window: WindowOptions): Outputs {
  return rewriteBackward(rewriteForward(scores(model, window), window.shards));
}

function scores(model: ModelOptions, window: WindowOptions, target?: Target) {
  const { head, hidden, headInput, after, parameter, column } = windowGraph(model, window, readingFor(target));
  return { loss: head.losses(headInput, column('targets', true), parameter, untapped), hidden, ...after };
}

/**
 * Graph that predicts. Outputs: `logits` [T*B, V], the log-probabilities of the token after each position up to a constant of the row, and
 * `next.*`.
 */
export function predictionGraph(model: ModelOptions, window: WindowOptions, target?: Target): Outputs {
  const { head, headInput, after, parameter } = windowGraph(model, window, readingFor(target));
  return rewriteBackward(rewriteForward({ logits: head.logProbabilities(headInput, parameter), ...after }, window.shards));
}

/**
 * Graph that shows what attention looks at. Outputs: `tap.NAME` [T*B, U] for each name of `attentionHeads`, and `next.*`.
 */
export function attentionGraph(model: ModelOptions, window: WindowOptions): Outputs {
  const tapped: Record<string, Node> = {};
  const names = new Set(attentionHeads(model).map(({ tap }) => tap));
  const tap: Manner['tap'] = (name, value) => {
    if (names.has(name)) tapped[`tap.${name}`] = value;
    return value;
  };
  const { after } = windowGraph(model, window, { ...evaluating, tap });
  return rewriteBackward(rewriteForward({ ...tapped, ...after }, window.shards));
}

/** For a trained model: nothing is random, and a layer may be an operator of the engine. */
function readingFor(target: Target | undefined): Manner {
  return { ...evaluating, standard: target?.standardLayer };
}

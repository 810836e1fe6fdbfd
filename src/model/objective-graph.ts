import type { OptionValues } from '../foundation/options.js';
import type { Node } from '../graph/node.js';
import { input } from '../graph/operations/input.js';
import { add, constant, multiply } from '../graph/operations/pointwise.js';
import { columnSums, shardSum } from '../graph/operations/sums.js';
import { architectureOf, untapped } from './architecture.js';
import { objectiveTerms } from './objectives/index.js';
import {
  type ObjectiveContext,
  type ObjectiveTerm,
  objectiveParameterName,
  objectiveParameters,
  termSettings,
} from './objectives/objective.js';
import type { ModelOptions } from './specification.js';
import { type Stack, stacksOf } from './stacks.js';
import { type Manner, sharedInputs, type WindowOptions, windowGraph } from './window-graph.js';

/** The terms of an objective. */
export interface ObjectiveOptions {
  /** Weights of the objective's terms by name, or maps with their options; a term that is absent or has weight 0 is omitted. */
  readonly objective?: OptionValues | undefined;
  /** The number of pairs of related tokens. Default 0. */
  readonly relatedPairs?: number | undefined;
  /** Names of terms, or `crossEntropy`, whose weight changes during the run. Default none. */
  readonly scheduled?: readonly string[] | undefined;
}

/**
 * The loss, the further terms, the loss of each target in nats, and the state and the buffers after the window. Losses and terms are the
 * means over the stacks; a model of one stack has `losses`.
 */
export function objectiveOf(
  model: ModelOptions,
  window: WindowOptions,
  manner: Manner,
  { objective = {}, relatedPairs = 0, scheduled = [] }: ObjectiveOptions = {},
) {
  const shared = sharedInputs(model, objectiveParameters(objectiveTerms, objective, architectureOf(model)));
  const external = termInputs(window, relatedPairs);
  const stacks = stacksOf(model);
  const parts = stacks.map((stack) => ({
    ...stack,
    ...stackObjective(model, window, manner, { stack, shared, external, objective, relatedPairs, scheduled }),
  }));
  const [only] = parts;
  if (parts.length === 1) return { loss: only!.loss, ...only!.terms, losses: only!.losses, ...only!.after };
  const mean = (values: readonly Node[]) =>
    multiply(
      constant(1 / values.length),
      values.reduce((sum, value) => add(sum, value)),
    );
  const names = Object.keys(only!.terms);
  return {
    loss: mean(parts.map(({ loss }) => loss)),
    ...Object.fromEntries(names.map((name) => [name, mean(parts.map(({ terms }) => terms[name]!))])),
    ...Object.fromEntries(parts.map(({ direction, loss }) => [`loss.${direction}`, loss])),
    ...Object.assign({}, ...parts.map(({ after }) => after)),
  };
}

const SHARE = { rows: 1, columns: 1 };

/** The share of a term's weight that counts, [1, 1]. */
export const shareInput = (name: string): Node => input(`share.${name}`, SHARE);

/** The inputs of terms that do not depend on the text; the stacks share them. */
function termInputs({ batchSize, sequenceLength, shards }: WindowOptions, relatedPairs: number) {
  const known = new Map<string, Node>();
  const once = (name: string, form: Parameters<typeof input>[1]) => {
    const node = known.get(name) ?? input(name, form);
    known.set(name, node);
    return node;
  };
  const rows = (sequenceLength * batchSize) / shards;
  return {
    share: (name: string) => once(`share.${name}`, SHARE),
    randomTokens: (count: number) => once('randomTokens', { rows: count * rows, columns: 1, sharded: true, integer: true }),
    relations() {
      const pairs = (name: string, integer: boolean) => once(`relations.${name}`, { rows: relatedPairs, columns: 1, integer });
      return { first: pairs('first', true), second: pairs('second', true), shares: pairs('shares', false) };
    },
  };
}

interface StackObjective {
  readonly stack: Stack;
  readonly shared: ReturnType<typeof sharedInputs>;
  readonly external: ReturnType<typeof termInputs>;
  readonly objective: OptionValues;
  readonly relatedPairs: number;
  readonly scheduled: readonly string[];
}

/** The loss and the terms of one stack; `after` has its state and its buffers after the window. */
function stackObjective(
  model: ModelOptions,
  window: WindowOptions,
  manner: Manner,
  { stack, shared, external, objective, relatedPairs, scheduled }: StackObjective,
) {
  const penalties: (readonly [name: string, value: Node])[] = [];
  const buffers: Record<string, Node> = {};
  const read = windowGraph(
    model,
    window,
    {
      ...manner,
      penalty: (name, value) => void penalties.push([name, value]),
      updateBuffer(name, value) {
        buffers[`buffer.${name}`] = value;
      },
    },
    stack,
    shared,
  );
  const { head, tokens, output, hidden, headInput, after, parameter, column, counted, steps, batch, tap } = read;
  const targets = column('targets', true);
  const losses = head.losses(headInput, targets, parameter, tap);
  const { weights, inverseCount } = counted;
  const weightOf = (name: string, weight: number) =>
    scheduled.includes(name) ? multiply(constant(weight), external.share(name)) : constant(weight);
  const ofTerm = (term: ObjectiveTerm) => (name: string) =>
    shared.parameters[stack.prefix + objectiveParameterName(term, name)]!;
  const context: Omit<ObjectiveContext, 'parameter'> = {
    output,
    hidden,
    losses,
    tokens,
    targets,
    embedding: parameter('encoder.weight'),
    outputVectors: () => parameter(head.outputVectors!),
    ...external,
    previousWords: (count) => ({
      tokens: input(`${stack.prefix}previous.tokens`, {
        rows: count * steps * batch,
        columns: 1,
        sharded: true,
        integer: true,
      }),
      known: column('previous.known'),
    }),
    logProbabilities: () => head.logProbabilities(headInput, parameter),
    lossesOf: (other, wanted) => head.losses(other, wanted, parameter, untapped),
    weights,
    steps,
    batch,
  };
  const mean = (values: Node) => multiply(shardSum(columnSums(values)), inverseCount);
  const terms: Record<string, Node> = {};
  const addTerm = (name: string, term: Node) => {
    const known = terms[`objective.${name}`];
    terms[`objective.${name}`] = known ? add(known, term) : term;
  };
  for (const term of objectiveTerms) {
    const { weight, options } = termSettings(term, objective[term.name]);
    if (weight !== 0 && (!term.relations || relatedPairs > 0))
      addTerm(
        term.name,
        multiply(weightOf(term.name, weight), mean(term.values({ ...context, parameter: ofTerm(term) }, options))),
      );
  }
  for (const [name, value] of penalties) addTerm(name, mean(multiply(value, weights)));
  return { loss: mean(multiply(losses, weights)), terms, losses, after: { ...after, ...buffers } };
}

import { input } from '../graph/operations/input.js';
import { architectureOf, type ForwardContext, forward, untapped } from './architecture.js';
import type { PlacedParameter } from './declarations.js';
import { parameterNodes, parameterTable } from './parameter-table.js';
import type { ModelOptions } from './specification.js';
import { type Stack, stacksOf } from './stacks.js';

/** The window that a graph is built for: T steps of B sequences in each shard. */
export interface WindowOptions {
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly shards: number;
  /** Whether there is an input `keep` [T*B, 1], sharded: 0 where the state is reset before the token is read, else 1. */
  readonly resets?: boolean | undefined;
}

/** The parts of the context that differ between training and evaluation graphs. */
export type Manner = Pick<ForwardContext, 'mode' | 'mask' | 'weightMask' | 'tap' | 'standard' | 'penalty' | 'updateBuffer'>;

export const evaluating: Manner = { mode: 'evaluate' };

/** The inputs that all stacks of a model read. */
export function sharedInputs(model: ModelOptions, ofObjective: readonly PlacedParameter[] = []) {
  return {
    parameters: parameterNodes([...parameterTable(model).entries, ...ofObjective]),
    inverseCount: input('inverseCount', { rows: 1, columns: 1 }),
  };
}

/**
 * The inputs and the forward equations of one stack, by default the only one, that all graphs of a window share. Names of the stack's own
 * inputs, of its states and of its taps have its prefix.
 */
export function windowGraph(
  model: ModelOptions,
  window: WindowOptions,
  manner: Manner,
  { prefix }: Stack = stacksOf(model)[0]!,
  { parameters, inverseCount } = sharedInputs(model),
) {
  const { batchSize, sequenceLength: steps, shards, resets = false } = window;
  const architecture = architectureOf(model);
  const batch = batchSize / shards;
  const rows = steps * batch;
  const parameter = (name: string) => parameters[prefix + name] ?? parameters[name]!;
  const column = (name: string, integer = false) => input(prefix + name, { rows, columns: 1, sharded: true, integer });
  const counted = { weights: column('weights'), inverseCount };
  const tokens = column('tokens', true);
  const tap: Manner['tap'] = manner.tap && ((name, value) => manner.tap!(prefix + name, value));
  const { output, hidden, headInput, next } = forward(architecture, tokens, {
    steps,
    batch,
    keep: resets ? column('keep') : undefined,
    parameter,
    state: (name, columns) => input(prefix + name, { rows: batch, columns, sharded: true }),
    counted,
    ...manner,
    tap,
    updateBuffer: (name, value) => manner.updateBuffer?.(prefix + name, value),
  });
  const after = Object.fromEntries(Object.entries(next).map(([name, node]) => [`next.${prefix}${name}`, node]));
  return {
    head: architecture.head,
    tokens,
    output,
    hidden,
    headInput,
    after,
    parameter,
    column,
    counted,
    steps,
    batch,
    tap: tap ?? untapped,
  };
}

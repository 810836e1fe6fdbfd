import { apply, type Node, type Operation, type Scope } from '../node.js';

/** An input of the graph: an engine binds it to memory by its name. */
export const inputOperation: Operation = {
  name: 'input',
  shape: (_, { rows, columns }) => ({ rows: rows as number, columns: columns as number }),
  scope: ({ scope }) => scope as Scope,
  reference: () => {
    throw new Error('an input has no kernel: the engine binds it');
  },
};

interface InputOptions {
  rows: number;
  columns: number;
  /** A batch's data, of which each shard has its own. */
  sharded?: boolean;
  /** Integers (token ids) instead of floats. */
  integer?: boolean;
}

/** An input that may change from run to run: data of a batch, a state, a scalar. */
export function input(name: string, { rows, columns, sharded = false, integer = false }: InputOptions): Node {
  return apply(inputOperation, [], { name, rows, columns, integer, scope: sharded ? 'sharded' : 'shared', parameter: false });
}

/**
 * A parameter matrix. It changes only when the caller reports it (`Program.parametersChanged`); until then engines may reuse what they
 * derive from it (packed panels).
 */
export function parameter(name: string, rows: number, columns: number): Node {
  return apply(inputOperation, [], { name, rows, columns, integer: false, scope: 'shared', parameter: true });
}

import { apply, type Node, type Operation, type Scope } from '../node.js';

/** A value that comes from outside: an engine binds it to memory by its name. */
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

/** Data of a batch, a state, a scalar: whatever changes from run to run. */
export function input(name: string, { rows, columns, sharded = false, integer = false }: InputOptions): Node {
  return apply(inputOperation, [], { name, rows, columns, integer, scope: sharded ? 'sharded' : 'shared', parameter: false });
}

/** A trained matrix: it changes only when the caller says so, and engines keep what they derive from it (packed panels) until then. */
export function parameter(name: string, rows: number, columns: number): Node {
  return apply(inputOperation, [], { name, rows, columns, integer: false, scope: 'shared', parameter: true });
}

import type { ParameterEntry, ParameterTable } from './parameter-table.js';
import type { ModelOptions } from './specification.js';
import { BACKWARD, type Stack } from './stacks.js';

/** A stack of a model with embedding and head: a model of one direction. */
export function stackOptions(options: ModelOptions, { direction }: Stack): ModelOptions {
  const { direction: _, bidirectional: __, ...rest } = options;
  return direction === 'forward' ? rest : { ...rest, direction };
}

/**
 * The table of a stack's parameters, by the names in a model of one direction. Their places are those in the arena of the whole model, so
 * that nothing is copied.
 */
export function stackTable(table: ParameterTable, model: ModelOptions, stack: Stack): ParameterTable {
  if (!model.bidirectional) return table;
  const isOwn = ({ name, part }: ParameterEntry) =>
    part !== 'layer' || name.startsWith(BACKWARD) === (stack.prefix === BACKWARD);
  const own = (entries: readonly ParameterEntry[]) =>
    entries
      .filter(isOwn)
      .map((entry) => ({ ...entry, name: entry.part === 'layer' ? entry.name.slice(stack.prefix.length) : entry.name }));
  const numbers = (entries: readonly ParameterEntry[]) => entries.reduce((sum, { length }) => sum + length, 0);
  const [entries, trained, buffers] = [own(table.entries), own(table.trained), own(table.buffers)];
  const bufferCount = numbers(buffers);
  const count = numbers(entries) - bufferCount;
  return { ...table, entries, trained, buffers, count, frozenCount: count - numbers(trained), bufferCount };
}

import { configError } from './problems.js';
import { type Entry, maximumDepth, maximumNodes, type Source, type Tree } from './tree.js';

/**
 * The tree of a plain value, as JSON.parse returns them, without lines and columns.
 * @throws UserError usage for values that a config cannot contain: functions, dates, cycles and excessive nesting
 */
export function fromValue(value: unknown, source: Source): Tree {
  const position = { source };
  let nodes = 0;
  const refuse = (path: string, text: string) => configError([{ position, path, text }]);
  const build = (part: unknown, path: string, depth: number): Tree => {
    if (depth > maximumDepth) throw refuse(path, `is nested deeper than ${maximumDepth} levels`);
    if (++nodes > maximumNodes) throw refuse(path, `holds more than ${maximumNodes} values`);
    if (part === null || typeof part === 'string' || typeof part === 'number' || typeof part === 'boolean') {
      return { kind: 'scalar', value: part, position };
    }
    if (Array.isArray(part))
      return { kind: 'list', items: part.map((item, i) => build(item, `${path}[${i}]`, depth + 1)), position };
    if (typeof part !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(part))) {
      throw refuse(path, `is a value of type ${typeof part}, which a config cannot contain`);
    }
    const entries = new Map<string, Entry>();
    for (const [key, item] of Object.entries(part)) {
      if (item === undefined) continue;
      entries.set(key, { tree: build(item, path === '' ? key : `${path}.${key}`, depth + 1), position });
    }
    return { kind: 'map', entries, position };
  };
  return build(value, '', 0);
}

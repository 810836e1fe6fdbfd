import { Composer, type CST, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml';
import { configError } from './problems.js';
import { showValue } from './show-value.js';
import {
  type Entry,
  type ListTree,
  type MapTree,
  maximumDepth,
  maximumNodes,
  type Position,
  type Source,
  type Tree,
} from './tree.js';

/** The most aliases: people rarely use any, and a hostile file could use them to grow without limit. */
const maximumAliases = 100;

/**
 * The tree of a YAML 1.2 (or JSON) text. Stricter than YAML: one document, unique text keys, only maps, lists, text, numbers and booleans,
 * limited depth and size.
 * @returns undefined for a text without content
 * @throws UserError usage, with line and column
 */
export function parseYaml(text: string, source: Source): Tree | undefined {
  const lines = new LineCounter();
  const place = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { source, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const fail = (offset: number, message: string) => configError([{ position: place(offset), path: '', text: message }]);

  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  // Checked before composing, because the composer is recursive: a text of brackets alone would overflow the stack.
  const deep = tooDeep(tokens);
  if (deep !== undefined) throw fail(deep, `nested deeper than ${maximumDepth} levels`);

  // Repeated keys are found below: here the time would grow with the square of their number.
  const documents = [...new Composer({ uniqueKeys: false, prettyErrors: false }).compose(tokens)];
  const document = documents[0];
  if (document === undefined) return undefined;
  const troubles = documents.flatMap((one) => [...one.errors, ...one.warnings]);
  if (troubles.length > 0) {
    throw configError(troubles.map(({ pos, message }) => ({ position: place(pos[0]), path: '', text: message })));
  }
  const second = documents[1];
  if (second !== undefined) throw fail(second.range[0], 'a second document begins here; a config is one document');
  if (document.contents === null) return undefined;

  let nodes = 0;
  let aliases = 0;

  const build = (node: Node | null, offset: number, depth: number): Tree => {
    const start = node?.range?.[0] ?? offset;
    if (depth > maximumDepth) throw fail(start, `nested deeper than ${maximumDepth} levels`);
    if (++nodes > maximumNodes) throw fail(start, `more than ${maximumNodes} values`);
    const position = place(start);
    if (node === null) return { kind: 'scalar', value: null, position };
    if (isAlias(node)) {
      if (++aliases > maximumAliases) throw fail(start, `more than ${maximumAliases} aliases`);
      const target = node.resolve(document);
      if (target === undefined) throw fail(start, `*${node.source} refers to an anchor that is not defined before it`);
      return { ...build(target as Node, start, depth + 1), position };
    }
    if (isSeq<Node>(node)) {
      return { kind: 'list', items: node.items.map((item) => build(item, start, depth + 1)), position } satisfies ListTree;
    }
    if (isMap<Node | null, Node | null>(node)) {
      const entries = new Map<string, Entry>();
      for (const { key, value } of node.items) {
        const keyOffset = key?.range?.[0] ?? start;
        if (!isScalar(key) || typeof key.value !== 'string')
          throw fail(keyOffset, 'a key must be text (in quotes when it looks like a number)');
        const first = entries.get(key.value);
        if (first !== undefined)
          throw fail(keyOffset, `${showValue(key.value)} is given twice; first on line ${first.position.line}`);
        const tree = build(value, key?.range?.[1] ?? keyOffset, depth + 1);
        entries.set(key.value, { tree, position: place(keyOffset) });
      }
      return { kind: 'map', entries, position } satisfies MapTree;
    }
    const value = isScalar(node) ? node.value : undefined;
    if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'scalar', value, position };
    }
    throw fail(start, 'not a kind of value that a config can contain');
  };
  return build(document.contents, 0, 0);
}

/** The offset of the first collection that is nested too deeply, found without recursion. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const stack = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { token, depth } = next;
    if (depth > maximumDepth) return token.offset;
    if (token.type === 'document' && token.value) stack.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (item.key) stack.push({ token: item.key, depth: depth + 1 });
      if (item.value) stack.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}

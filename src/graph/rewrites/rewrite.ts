import { type Attributes, apply, type Node, type Operation, type Outputs, topologicalOrder } from '../node.js';

/**
 * Returns the rewritten node for an operation on rewritten inputs: an equal node that exists already, or a new one to which the rules are
 * applied.
 */
export type Build = (operation: Operation, inputs: readonly Node[], attributes?: Attributes) => Node;

/** Returns a cheaper node with the same value, or undefined where the rule does not apply. */
export type RewriteRule = (node: Node, build: Build) => Node | undefined;

/**
 * Rebuilds a graph from its inputs to its outputs: equal nodes become one, and each node is replaced by the result of the first rule that
 * applies. Rules build their results with `build`, so these are rewritten too. Nodes that no output needs are dropped.
 */
export function rewrite(outputs: Outputs, rules: readonly RewriteRule[]): Outputs {
  const numbers = new Map<Node, number>();
  const interned = new Map<string, Node>();
  const build: Build = (operation, inputs, attributes = {}) => {
    const key = `${operation.name} ${inputs.map((input) => numbers.get(input)).join()} ${attributeKey(attributes)}`;
    const known = interned.get(key);
    if (known) return known;
    const made = apply(operation, inputs, attributes);
    numbers.set(made, numbers.size);
    let result = made;
    for (const rule of rules) {
      const better = rule(made, build);
      if (better) {
        result = better;
        break;
      }
    }
    interned.set(key, result);
    return result;
  };

  const rewritten = new Map<Node, Node>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const inputs = node.inputs.map((input) => rewritten.get(input)!);
    rewritten.set(node, build(node.operation, inputs, node.attributes));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, rewritten.get(node)!]));
}

function attributeKey(attributes: Attributes): string {
  let key = '';
  for (const name in attributes) key += `${name}=${attributes[name]} `;
  return key;
}

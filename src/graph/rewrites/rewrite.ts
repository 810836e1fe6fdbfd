import { type Attributes, apply, type Node, type Operation, type Outputs, topologicalOrder } from '../node.js';

/** Makes a node that is already rewritten as far as the rules go, or finds the equal one that is there. */
export type Build = (operation: Operation, inputs: readonly Node[], attributes?: Attributes) => Node;

/** Something better that computes the same as the node, or undefined when the rule has nothing to say. */
export type RewriteRule = (node: Node, build: Build) => Node | undefined;

/**
 * Rebuilds a graph from its inputs up: equal nodes become one, and each node is replaced by what the first rule that applies
 * makes of it, until none does. What no output needs is left behind.
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

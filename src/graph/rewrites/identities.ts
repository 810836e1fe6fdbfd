import type { Node } from '../node.js';
import { sameShape } from '../node.js';
import { addOperation, constantOperation, multiplyOperation } from '../operations/pointwise.js';
import type { Rule } from './rewrite.js';

/** x * 1 and x + 0 are x (where the other operand does not widen it). */
export const identities: Rule = (node) => {
  const neutral = node.operation === multiplyOperation ? 1 : node.operation === addOperation ? 0 : undefined;
  if (neutral === undefined) return undefined;
  const isNeutral = ({ operation, attributes }: Node) => operation === constantOperation && attributes.value === neutral;
  const [a, b] = node.inputs as [Node, Node];
  if (isNeutral(b) && sameShape(a, node)) return a;
  if (isNeutral(a) && sameShape(b, node)) return b;
  return undefined;
};

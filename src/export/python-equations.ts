import { type Node, topologicalOrder, usersOf } from '../graph/node.js';

/** A piece of Python, and how tightly its outermost operator binds: an atom 3, a product 2, a sum 1, a comparison 0. */
interface Expression {
  readonly text: string;
  readonly binding: number;
}

const atom = (text: string): Expression => ({ text, binding: 3 });
const call =
  (name: string) =>
  (_: Node, [x]: readonly Expression[]) =>
    atom(`${name}(${x!.text})`);
const within = ({ text, binding }: Expression, least: number) => (binding < least ? `(${text})` : text);

/** a + b and the like: the right operand of an operator of the same rank stands in brackets. */
const infix =
  (sign: string, binding: number) =>
  (_: Node, [a, b]: readonly Expression[]) => ({
    text: `${within(a!, binding)} ${sign} ${within(b!, binding + 1)}`,
    binding,
  });

/** How torch spells the operations of our graphs. Rows of a batch are the leading dimensions, columns the last one. */
const spellings: ReadonlyMap<string, (node: Node, operands: readonly Expression[]) => Expression> = new Map([
  ['add', infix('+', 1)],
  ['subtract', infix('-', 1)],
  ['multiply', infix('*', 2)],
  ['divide', infix('/', 2)],
  ['negate', (_: Node, [x]: readonly Expression[]) => ({ text: `-${within(x!, 2)}`, binding: 1 })],
  ['exp', call('torch.exp')],
  ['log', call('torch.log')],
  ['sqrt', call('torch.sqrt')],
  ['sigmoid', call('torch.sigmoid')],
  ['tanh', call('torch.tanh')],
  ['relu', call('torch.relu')],
  ['sign', call('torch.sign')],
  ['maximum', bound('maximum', 'min')],
  ['minimum', bound('minimum', 'max')],
  ['greater', (_: Node, [a, b]: readonly Expression[]) => atom(`(${within(a!, 1)} > ${within(b!, 1)}).float()`)],
  ['constant', ({ attributes }: Node) => atom(pythonNumber(attributes.value as number))],
  ['rowSums', (_: Node, [x]: readonly Expression[]) => atom(`${within(x!, 3)}.sum(-1, keepdim=True)`)],
  ['logSumExp', (_: Node, [x]: readonly Expression[]) => atom(`torch.logsumexp(${x!.text}, -1, keepdim=True)`)],
  ['matrixProduct', product],
  ['slice', slicing],
  ['concatenate', concatenation],
]);

/** The larger or the smaller of two. torch.maximum takes no number: beside a tensor, a number is a bound of torch.clamp. */
function bound(name: string, limit: 'min' | 'max') {
  return ({ inputs }: Node, operands: readonly Expression[]) => {
    const place = inputs.findIndex(({ operation }) => operation.name === 'constant');
    if (place < 0) return atom(`torch.${name}(${operands.map(({ text }) => text).join(', ')})`);
    return atom(`torch.clamp(${operands[1 - place]!.text}, ${limit}=${operands[place]!.text})`);
  };
}

function product({ attributes: { transposeA, transposeB } }: Node, [a, b]: readonly Expression[]): Expression {
  const turned = (x: Expression, transposed: unknown, least: number) => (transposed ? `${within(x, 3)}.T` : within(x, least));
  return { text: `${turned(a!, transposeA, 2)} @ ${turned(b!, transposeB, 3)}`, binding: 2 };
}

function slicing({ attributes }: Node, [x]: readonly Expression[]): Expression {
  const { axis, start, length } = attributes as { axis: string; start: number; length: number };
  return atom(`${within(x!, 3)}[${axis === 'rows' ? '' : '..., '}${start}:${start + length}]`);
}

function concatenation({ attributes }: Node, operands: readonly Expression[]): Expression {
  return atom(`torch.cat((${operands.map(({ text }) => text).join(', ')}), ${attributes.axis === 'rows' ? 0 : -1})`);
}

function pythonNumber(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

export interface PythonEquations {
  /** Statements that compute what is used more than once or has a name of its own, in their order. */
  readonly lines: readonly string[];
  /** The expression of each wanted value. */
  readonly results: readonly string[];
}

/**
 * A graph as Python statements for torch.
 *
 * @param wanted the values to compute
 * @param inputs what inputs and parameters are called in Python, by name
 * @param names values that get a variable of that name: gates and the like. Python's keywords are no names of values.
 */
export function pythonEquations(
  wanted: readonly Node[],
  inputs: (name: string) => string,
  names: ReadonlyMap<Node, string>,
): PythonEquations {
  const order = topologicalOrder(wanted);
  const users = usersOf(order);
  const expressions = new Map<Node, Expression>();
  const lines: string[] = [];
  const taken = new Set(names.values());
  let count = 0;
  const fresh = () => {
    for (;;) {
      const name = `t${count++}`;
      if (!taken.has(name)) return name;
    }
  };
  for (const node of order) {
    const { operation, inputs: operands, attributes } = node;
    if (operation.name === 'input') {
      expressions.set(node, atom(inputs(attributes.name as string)));
      continue;
    }
    const spelling = spellings.get(operation.name);
    if (!spelling) throw new Error(`there is no Python for ${operation.name}`);
    const expression = spelling(
      node,
      operands.map((operand) => expressions.get(operand)!),
    );
    const uses = users.get(node)!.length + wanted.filter((one) => one === node).length;
    const shared = uses > 1 && operation.name !== 'slice' && operation.name !== 'constant';
    const name = names.get(node) ?? (shared ? fresh() : undefined);
    if (name === undefined) {
      expressions.set(node, expression);
      continue;
    }
    lines.push(`${name} = ${expression.text}`);
    expressions.set(node, atom(name));
  }
  return { lines, results: wanted.map((node) => expressions.get(node)!.text) };
}

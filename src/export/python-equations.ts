import { type Node, topologicalOrder, usersOf } from '../graph/node.js';
import { batchedSizes } from '../graph/operations/batched-product.js';

/** A Python expression, and the precedence of its outermost operator: an atom 3, a product 2, a sum 1, a comparison 0. */
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

/** a + b and the like. A right operand with an operator of the same precedence gets parentheses. */
const infix =
  (sign: string, binding: number) =>
  (_: Node, [a, b]: readonly Expression[]) => ({
    text: `${within(a!, binding)} ${sign} ${within(b!, binding + 1)}`,
    binding,
  });

/** The torch expressions of our operations. Leading dimensions are the rows, the last one is the columns. */
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
  [
    'gatherColumns',
    (_: Node, [x, indices]: readonly Expression[]) => atom(`${within(x!, 3)}.gather(-1, ${indices!.text}.long())`),
  ],
  ['matrixProduct', product],
  ['batchedProduct', batchedProduct],
  ['table', table],
  ['slice', slicing],
  ['pad', padding],
  ['rowsToColumns', (node: Node, [x]: readonly Expression[]) => moved(node, x!, 0, -1)],
  ['columnsToRows', (node: Node, [x]: readonly Expression[]) => moved(node, x!, -1, 0)],
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

/** Each row is a matrix, written out row after row. */
function batchedProduct({ inputs, attributes }: Node, [a, b]: readonly Expression[]): Expression {
  const { height, transposeA, transposeB } = attributes as { height: number; transposeA: boolean; transposeB: boolean };
  const { m, k, n } = batchedSizes(inputs, height);
  const matrix = (x: Expression, rows: number, columns: number, transposed: boolean) => {
    const shape = transposed ? [columns, rows] : [rows, columns];
    return `${within(x, 3)}.unflatten(-1, (${shape.join(', ')}))${transposed ? '.transpose(-1, -2)' : ''}`;
  };
  return atom(`(${matrix(a!, m, k, transposeA)} @ ${matrix(b!, k, n, transposeB)}).flatten(-2)`);
}

/** Of one step, which sees all positions that are kept, only the angles of positions are needed. */
function table({ attributes }: Node): Expression {
  const { kind, start, count, width, base, phase } = attributes as Record<string, number> & { kind: string };
  if (kind !== 'rotation') throw new Error(`there is no Python for a table of the kind ${kind}`);
  const positions = `torch.arange(${start}, ${start! + count!}, dtype=torch.float64)[:, None]`;
  const angles = `(${positions} / torch.pow(${base}, torch.arange(${width}) / ${width})).flatten()`;
  return atom(`torch.${phase === 0 ? 'cos' : 'sin'}(${angles}).float()`);
}

function slicing({ attributes }: Node, [x]: readonly Expression[]): Expression {
  const { axis, start, length } = attributes as { axis: string; start: number; length: number };
  return atom(`${within(x!, 3)}[${axis === 'rows' ? '' : '..., '}${start}:${start + length}]`);
}

function padding({ inputs, attributes, columns }: Node, [x]: readonly Expression[]): Expression {
  if (attributes.axis === 'rows') throw new Error('there is no Python for rows of zeros around the rows of a batch');
  const start = attributes.start as number;
  return atom(`nn.functional.pad(${x!.text}, (${start}, ${columns - start - inputs[0]!.columns}))`);
}

/** Equal parts along one dimension, put together along another. */
function moved({ attributes }: Node, x: Expression, from: number, to: number): Expression {
  return atom(`torch.cat(${within(x, 3)}.chunk(${attributes.parts}, ${from}), ${to})`);
}

function concatenation({ attributes }: Node, operands: readonly Expression[]): Expression {
  return atom(`torch.cat((${operands.map(({ text }) => text).join(', ')}), ${attributes.axis === 'rows' ? 0 : -1})`);
}

function pythonNumber(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

export interface PythonEquations {
  /** Statements for the values that are used more than once or have a name, in order. */
  readonly lines: readonly string[];
  /** The expression of each result. */
  readonly results: readonly string[];
}

/**
 * A graph as Python statements for torch.
 *
 * @param wanted the values to compute
 * @param inputs the Python names of inputs and parameters, by name
 * @param names values that get a variable of that name: gates and the like. Python's keywords must not be names of values
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

import type { Node } from '../graph/node.js';
import { type Architecture, architectureOf, layersAndMemory } from '../model/architecture.js';
import type { ParameterSpecification } from '../model/declarations.js';
import { type ParameterTable, parameterTable } from '../model/parameter-table.js';
import type { PlacedLayer } from '../model/placed-layer.js';
import type { ModelOptions } from '../model/specification.js';
import { connectionGraph, stepGraph } from '../model/step-graph.js';
import { pythonEquations } from './python-equations.js';

/** The network in Python, as the text of a class, and the tensors whose names in it differ from those in the file. */
export interface PythonNetwork {
  readonly code: string;
  /** From names in the file to names in the class. */
  readonly renamed: ReadonlyMap<string, string>;
}

/**
 * The network in Python: its parameters have the names, shapes and gate orders of the exported tensors. Equal layers of a cell that torch
 * has are one module of torch.nn; other layers are written as their own equations.
 */
export function pythonNetwork(options: ModelOptions): PythonNetwork {
  const architecture = architectureOf(options);
  const stack = stackOf(architecture);
  const parts = stack ? stackParts(architecture, stack) : layerParts(architecture);
  const { vocabularySize: V, embedding } = options;
  const { modules, apply, tied } = architecture.head.torch;
  const code = `class LanguageModel(nn.Module):
    """Embedding, recurrent layers, decoder."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(${V}, ${embedding.size})
${[
  ...parts.modules,
  ...modules.map((module) => `self.${module}`),
  ...Object.entries(tied).map(([theirs, ours]) => `self.${theirs} = self.${ours}`),
]
  .map((line) => `        ${line}`)
  .join('\n')}

    def forward(self, tokens, state=None):
        """Tokens (batch, time) to logits (batch, time, ${V}), and the state after them: ${parts.state}."""
${parts.forward.map((line) => `        ${line}`).join('\n')}
        return ${apply}, state${parts.methods.map((method) => `\n\n${method}`).join('')}`;
  return { code, renamed: parts.renamed };
}

/** The layers' parts of the class. */
interface Parts {
  /** Statements that create modules. */
  readonly modules: readonly string[];
  /** A description of the state. */
  readonly state: string;
  /** Statements from `tokens` to `hidden` and the new `state`. */
  readonly forward: readonly string[];
  readonly methods: readonly string[];
  readonly renamed: ReadonlyMap<string, string>;
}

/** The module of torch.nn for all layers together, where they are equal and of a cell that torch has, and the head has no memory. */
function stackOf({ layers, memory, options }: Architecture) {
  if (memory) return undefined;
  const [first] = options.layers;
  const equal = options.layers.every((choice) =>
    Object.entries(choice).every(([key, value]) => key === 'dropout' || first![key] === value),
  );
  return equal && first!.connection === 'none' ? layers[0]!.layer.cell?.torch : undefined;
}

function stackParts({ layers, hiddenSize: H, options }: Architecture, torch: NonNullable<ReturnType<typeof stackOf>>): Parts {
  const L = layers.length;
  const state = `(${L}, batch, ${H})`;
  const names = layers[0]!.layer.states.map(({ name }) => name);
  return {
    modules: [`self.rnn = ${torchModule(torch, options.embedding.size, H, `num_layers=${L}`)}`],
    state: names.length === 1 ? state : `(${names.join(', ')}), each ${state}`,
    forward: ['hidden, state = self.rnn(self.encoder(tokens), state)'],
    methods: [],
    renamed: new Map(),
  };
}

function torchModule(torch: { module: string; arguments?: string }, inputSize: number, size: number, more: string): string {
  const given = [String(inputSize), String(size), more, torch.arguments, 'batch_first=True'].filter((text) => text);
  return `nn.${torch.module}(${given.join(', ')})`;
}

function layerParts(architecture: Architecture): Parts {
  const { memory, options } = architecture;
  const layers = layersAndMemory(architecture);
  const table = parameterTable(options);
  const modules: string[] = [];
  const methods: string[] = [];
  const renamed = new Map<string, string>();
  const forward = ['x = self.encoder(tokens)', `state = state or [None] * ${layers.length}`, 'after = []'];
  const own: ParameterSpecification[] = [];
  const torchLayers: string[] = [];
  for (const [index, placed] of layers.entries()) {
    const { layer, inputSize, size, connection, parameters, parameterName } = placed;
    const outputs = connection.type === 'none' ? 'x' : 'y';
    if (placed === memory) forward.push('x = torch.cat((x, tokens.unsqueeze(-1).to(x)), -1)');
    if (layer.cell?.torch) {
      torchLayers.push(`"${index}": ${torchModule(layer.cell.torch, inputSize, size, '')}`);
      for (const { name } of layer.parameters) renamed.set(parameterName(name), `modules_of_torch.${index}.${name}_l0`);
      forward.push(`${outputs}, last = self.modules_of_torch["${index}"](x, state[${index}])`);
    } else {
      methods.push(layerMethod(placed, index, table));
      forward.push(`${outputs}, last = self.layer_${index}(x, state[${index}])`);
    }
    own.push(...parameters.filter(({ name }) => !renamed.has(name)));
    forward.push('after.append(last)');
    if (connection.type !== 'none') forward.push(...connectionLines(placed, index, table));
  }
  forward.push('hidden, state = x, after');
  if (torchLayers.length > 0) modules.push(`self.modules_of_torch = nn.ModuleDict({${torchLayers.join(', ')}})`);
  modules.push(...parameterModules(own));
  return { modules, state: 'a list with the state of each layer', forward, methods, renamed };
}

/** The attribute of the class for a parameter, so that its name in the state dict is that in the file. */
function place(name: string): string {
  const [first, ...rest] = name.split('.');
  return `self.${first}${rest.map((part) => `["${part}"]`).join('')}`;
}

/** Dictionaries of parameters: `rnn.weight_ih_l0` is in its own dictionary, `layers.1.weight` in a nested one. */
function parameterModules(specifications: readonly ParameterSpecification[]): string[] {
  const zeros = ({ shape, role }: ParameterSpecification) => {
    const tensor = `torch.zeros(${shape.join(', ')})`;
    // A ParameterDict converts tensors to parameters that are trained.
    return role === 'buffer' ? `nn.Parameter(${tensor}, requires_grad=False)` : tensor;
  };
  const parameters = specifications.map((own) => ({ own, path: own.name.split('.') }));
  const entries = (depth: number, prefix: readonly string[]) =>
    parameters
      .filter(({ path }) => path.length === depth && prefix.every((part, i) => path[i] === part))
      .map(({ path, own }) => `"${path.at(-1)}": ${zeros(own)}`);
  const flat = [...new Set(parameters.filter(({ path }) => path.length === 2).map(({ path }) => path[0]!))];
  const nested = new Map<string, Set<string>>();
  for (const { path } of parameters) {
    if (path.length === 3) nested.set(path[0]!, (nested.get(path[0]!) ?? new Set()).add(path[1]!));
  }
  return [
    ...flat.map((name) => `self.${name} = nn.ParameterDict({${entries(2, [name]).join(', ')}})`),
    ...[...nested].map(([name, parts]) => {
      const dictionaries = [...parts].map((part) => `"${part}": nn.ParameterDict({${entries(3, [name, part]).join(', ')}})`);
      return `self.${name} = nn.ModuleDict({${dictionaries.join(', ')}})`;
    }),
  ];
}

/** Statements that compute the next layer's input, as x, from a layer's inputs x and outputs y. */
function connectionLines(placed: PlacedLayer, index: number, table: ParameterTable): string[] {
  const names = new Map<Node, string>();
  const tap = (name: string, value: Node) => {
    names.set(value, name.split('.').at(-1)!);
    return value;
  };
  const { output } = connectionGraph(placed, index, table, 2, tap);
  const { lines, results } = pythonEquations([output], (name) => (name === 'x' || name === 'y' ? name : place(name)), names);
  return [...lines, `x = ${results[0]}`];
}

/** A method that computes one layer over a window, with the layer's own equations. */
function layerMethod(placed: PlacedLayer, index: number, table: ParameterTable): string {
  const { layer, declaration, choice } = placed;
  const names = new Map<Node, string>();
  const prefix = `layers.${index}.`;
  const tap = (name: string, value: Node) => {
    // `layers.0.gate.f` becomes f.
    const variable = name.slice(prefix.length).split('.').at(-1)!;
    if (!['x', 'output', ...layer.states.map((state) => state.name)].includes(variable)) names.set(value, variable);
    return value;
  };
  const { output, ...next } = stepGraph(placed, index, table, 2, tap);
  const states = layer.states.map(({ name }) => name);
  const inputs = (name: string) => (name === 'x' || states.includes(name) ? name : place(name));
  const { lines, results } = pythonEquations([output!, ...states.map((name) => next[`next.${name}`]!)], inputs, names);
  const [result, ...after] = results;
  const head = `    def layer_${index}(self, x, state):\n        """${declaration.name(choice)}: ${declaration.describe.replaceAll('"', "'")}"""`;
  if (states.length === 0) return [head, ...[...lines, `return ${result}, ()`].map((line) => `        ${line}`)].join('\n');
  const tuple = (items: readonly string[]) => `(${items.join(', ')},)`;
  const zeros = layer.states.map(({ columns }) => `x.new_zeros(len(x), ${columns})`);
  return [
    head,
    ...[
      `${states.join(', ')}${states.length === 1 ? ',' : ''} = state or ${tuple(zeros)}`,
      'outputs = []',
      'for x in x.unbind(1):',
    ].map((line) => `        ${line}`),
    ...[...lines, `output, ${states.join(', ')} = ${[result, ...after].join(', ')}`, 'outputs.append(output)'].map(
      (line) => `            ${line}`,
    ),
    `        return torch.stack(outputs, 1), ${tuple(states)}`,
  ].join('\n');
}

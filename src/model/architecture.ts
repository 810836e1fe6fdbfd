import type { Target } from '../engine/engine.js';
import type { Node } from '../graph/node.js';
import { concatenate, gatherRows } from '../graph/operations/movement.js';
import { multiply } from '../graph/operations/pointwise.js';
import { numbersOf } from '../graph/operations/table.js';
import type { Tap } from './cells/cell.js';
import type { PlacedParameter, StateSpecification } from './declarations.js';
import type { Head } from './heads/head.js';
import { heads } from './heads/index.js';
import { layerTypes } from './layers/index.js';
import type { LayerContext } from './layers/layer.js';
import { drop } from './modifiers/dropout.js';
import { embeddingDropout, layerDropout } from './modifiers/dropout-rates.js';
import { layerName, layerNames, type PlacedLayer, placeLayer, placeMemory, recurrentNames } from './placed-layer.js';
import { declarationOf, type ModelOptions } from './specification.js';
import { stacksOf } from './stacks.js';

/** The parts of a model in the order of the data flow: an embedding, layers, a head. All code that goes through a model reads this. */
export interface Architecture {
  readonly options: ModelOptions;
  /** Those of one stack; their names are without the prefix of a stack (see `Stack`). */
  readonly layers: readonly PlacedLayer[];
  /** What the head remembers, as a layer after the last one: its index is the number of layers. */
  readonly memory?: PlacedLayer;
  readonly head: Head;
  /** Columns of the last layer's outputs. */
  readonly hiddenSize: number;
  /** Columns of the head's inputs: more, if it has a memory. */
  readonly headInputSize: number;
  /** All parameters and states of all stacks, by their names in the model. */
  readonly parameters: readonly PlacedParameter[];
  readonly states: readonly StateSpecification[];
}

const known = new WeakMap<ModelOptions, Architecture>();

/** The architecture of a model with these options. Created once for each options object. */
export function architectureOf(options: ModelOptions): Architecture {
  const made = known.get(options) ?? createArchitecture(options);
  known.set(options, made);
  return made;
}

function createArchitecture(options: ModelOptions): Architecture {
  const { vocabularySize, embedding } = options;
  const layers: PlacedLayer[] = [];
  let inputSize = embedding.size;
  let recurrent = 0;
  for (const [index, choice] of options.layers.entries()) {
    const declaration = declarationOf(layerTypes, choice.type, `model.layers.${index}.type`, 'the model');
    const size = choice.size ?? inputSize;
    const layer = declaration.create(choice, { inputSize, size });
    const names = layer.cell ? recurrentNames(recurrent++) : layerNames(index);
    const placed = placeLayer(layer, { index, declaration, choice, inputSize, size, names });
    layers.push(placed);
    inputSize = placed.outputSize;
  }
  const sizes = { vocabularySize, embeddingSize: embedding.size, hiddenSize: inputSize };
  const head = declarationOf(heads, options.head.type, 'model.head.type', 'the model').create(options.head, sizes);
  const memory = head.memory && placeMemory(head.memory, layers.length, inputSize);
  const walked = layersAndMemory({ layers, memory });
  const inStacks = <T extends { readonly name: string }>(ofLayer: (placed: PlacedLayer) => readonly T[]): T[] =>
    stacksOf(options).flatMap(({ prefix }) => walked.flatMap(ofLayer).map((one) => ({ ...one, name: prefix + one.name })));
  return {
    options,
    layers,
    ...(memory && { memory }),
    head,
    hiddenSize: inputSize,
    headInputSize: memory?.size ?? inputSize,
    parameters: [
      {
        name: 'encoder.weight',
        shape: [vocabularySize, embedding.size],
        role: 'embedding',
        tokenRows: true,
        part: 'embedding',
      },
      ...inStacks(({ parameters }) => parameters),
      ...head.parameters.map((parameter) => ({ ...parameter, part: 'head' as const })),
    ],
    states: inStacks(({ states }) => states),
  };
}

/** The layers and the head's memory, by their indices. */
export function layersAndMemory({
  layers,
  memory,
}: Pick<Architecture, 'layers'> & { readonly memory?: PlacedLayer | undefined }): readonly PlacedLayer[] {
  return memory ? [...layers, memory] : layers;
}

/** A head of a layer with attention: the index of the layer (`layersAndMemory`), from 0, and the tap of its weights (see `Layer.attends`). */
export interface AttentionHead {
  readonly layer: number;
  readonly tap: string;
}

/** All heads of all layers with attention, in their order. */
export function attentionHeads(options: ModelOptions): AttentionHead[] {
  return layersAndMemory(architectureOf(options)).flatMap(({ layer: { attends = [] } }, layer) =>
    attends.map((own) => ({ layer, tap: layerName(layer, own) })),
  );
}

/** How many layers of all stacks are unrolled over a window: those with a state. The others compute all steps at once. */
export function unrolledLayers(options: ModelOptions): number {
  const unrolled = layersAndMemory(architectureOf(options)).filter(({ states }) => states.length > 0);
  return stacksOf(options).length * unrolled.length;
}

/** The index in its stack of the layer, from 0, to which a parameter or a part of the state belongs; undefined for embedding and head. */
export function layerIndexOf({ layers, options }: Architecture, name: string): number | undefined {
  const stacks = stacksOf(options);
  const isNamed = (own: string) => stacks.some(({ prefix }) => prefix + own === name);
  const index = layers.findIndex(({ parameters, states }) => [...parameters, ...states].some((one) => isNamed(one.name)));
  return index < 0 ? undefined : index;
}

/** What the forward equations of a model read: its inputs, and what differs between training and evaluation. */
export interface ForwardContext {
  readonly mode: 'train' | 'evaluate';
  readonly steps: number;
  readonly batch: number;
  readonly keep?: Node | undefined;
  /** The parameter of this name in the model. */
  parameter(name: string): Node;
  state(name: string, columns: number): Node;
  /** Draws a mask; absent where nothing is random. */
  readonly mask?: LayerContext['mask'] | undefined;
  readonly weightMask?: LayerContext['weightMask'] | undefined;
  readonly tap?: Tap | undefined;
  /** Which positions count, for `LayerContext.counted`. */
  readonly counted?: LayerContext['counted'];
  /** In training: takes a term of the objective, and the next value of a buffer by its name in the model. */
  readonly penalty?: LayerContext['penalty'] | undefined;
  readonly updateBuffer?: LayerContext['updateBuffer'] | undefined;
  /** The engine's own form of a recurrent layer, if it has one: see `Target`. */
  readonly standard?: Target['standardLayer'] | undefined;
}

/** A tap that records nothing. */
export const untapped: Tap = (_, value) => value;

/** The masks of a layer: only in training, and only at a rate above 0. */
function masksOf({ mode, mask, weightMask }: ForwardContext): Pick<LayerContext, 'mask' | 'weightMask'> {
  const drops = (rate: number) => mode === 'train' && rate > 0;
  return {
    mask: (options) => (drops(options.rate) ? mask?.(options) : undefined),
    weightMask: (options) => (drops(options.rate) ? weightMask?.(options) : undefined),
  };
}

/** The context of a layer at its position. */
export function layerContext(placed: PlacedLayer, index: number, context: ForwardContext): LayerContext {
  const { mode, steps, batch, keep, tap = untapped, standard, counted, penalty, updateBuffer } = context;
  const { layer, parameterName, stateName } = placed;
  const columns = new Map(layer.states.map((state) => [state.name, state.columns]));
  const parameter = (own: string) => context.parameter(parameterName(own));
  return {
    mode,
    steps,
    batch,
    keep,
    counted: mode === 'train' ? counted : undefined,
    parameter,
    state: (own) => context.state(stateName(own), columns.get(own)!),
    ...masksOf(context),
    tap: (name, value) => tap(layerName(index, name), value),
    penalty: (name, value) => (mode === 'train' ? penalty?.(name, value) : undefined),
    updateBuffer: (own, value) => (mode === 'train' ? updateBuffer?.(parameterName(own), value) : undefined),
    standard(operator, x, state) {
      if (mode === 'train') return undefined;
      return standard?.(operator, x, Object.fromEntries(layer.parameters.map(({ name }) => [name, parameter(name)])), state);
    },
  };
}

/** The next layer's inputs: the connection applied to a layer's inputs x and outputs y. */
export function connected(
  { connection }: PlacedLayer,
  index: number,
  x: Node,
  y: Node,
  { parameter, tap = untapped }: Pick<ForwardContext, 'parameter' | 'tap'>,
): Node {
  const named: Tap = (name, value) => tap(layerName(index, name), value);
  return connection.apply(x, y, (own) => parameter(layerName(index, own)), named);
}

/**
 * The forward equations of a whole model.
 * @param tokens integers [T*B, 1], time-major
 * @returns the last layer's outputs, before (`output`) and after (`hidden`) its dropout, each [T*B, H]; the head's inputs (`headInput`);
 *   and `next`, the state after the window by name
 */
export function forward(architecture: Architecture, tokens: Node, context: ForwardContext) {
  const { embedding } = architecture.options;
  const masks = { steps: context.steps, ...masksOf(context) };
  const next: Record<string, Node> = {};
  const rates = embeddingDropout(embedding.dropout);
  let output = embed(context.parameter('encoder.weight'), tokens, masks.weightMask, rates.word);
  let x = drop(output, rates.input, rates.span, masks);
  for (const [index, placed] of architecture.layers.entries()) {
    const { input, output: ofOutput, span } = layerDropout(placed.choice.dropout);
    const result = placed.layer.forward(drop(x, input, span, masks), layerContext(placed, index, context));
    for (const [i, { name }] of placed.layer.states.entries()) next[placed.stateName(name)] = result.state[i]!;
    // A layer with a state taps its output at each step: the gradient then includes the use of the output by the next step.
    if (placed.layer.states.length === 0) context.tap?.(layerName(index, 'output'), result.output);
    const dropped = drop(result.output, ofOutput, span, masks);
    const before = x;
    x = connected(placed, index, before, dropped, context);
    output = dropped === result.output ? x : connected(placed, index, before, result.output, { ...context, tap: untapped });
  }
  const { memory } = architecture;
  if (!memory) return { output, hidden: x, headInput: x, next };
  const given = concatenate([x, numbersOf(tokens, architecture.options.vocabularySize)], 'columns');
  const remembered = memory.layer.forward(given, layerContext(memory, architecture.layers.length, context));
  for (const [i, { name }] of memory.states.entries()) next[name] = remembered.state[i]!;
  return { output, hidden: x, headInput: remembered.output, next };
}

/**
 * Row i of the result is the table's row of token i, [T*B, E]. With probability `rate` a word of the vocabulary is dropped for the whole
 * window: its row is zero wherever it occurs, and the other rows are divided by 1 - rate (Gal and Ghahramani 2016, Merity et al. 2017).
 */
function embed(table: Node, tokens: Node, weightMask: LayerContext['weightMask'], rate: number): Node {
  const rows = gatherRows(table, tokens);
  const mask = weightMask({ rows: table.rows, columns: 1, rate });
  return mask ? multiply(rows, gatherRows(mask, tokens)) : rows;
}

import { defaultsOf, type OptionValues } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { concatenate, slice, splitColumns, splitRows } from '../../graph/operations/movement.js';
import { multiply } from '../../graph/operations/pointwise.js';
import { type Cell, type CellDeclaration, type CellParameters, plainStep } from '../cells/cell.js';
import type { ParameterSpecification, StateSpecification } from '../declarations.js';
import { isRecurrentMatrix, stepDropout } from '../modifiers/dropout.js';
import { type DropoutChoice, layerDropout, type StepPlace } from '../modifiers/dropout-rates.js';
import { inputBatchNormalization } from '../modifiers/input-batch-normalization.js';
import type { LayerWindow, Modifier } from '../modifiers/modifier.js';
import { normalizationOption, recurrentNormalization } from '../modifiers/recurrent-normalization.js';
import { type StepUses, stepUses, wholeOf } from '../modifiers/step-uses.js';
import { zoneout, zoneoutOption } from '../modifiers/zoneout.js';
import { declareLayer, type Layer, type LayerContext, type LayerDeclaration, type LayerOutput } from './layer.js';

/** The layer type of a cell: the cell's equations at each step of a window, with the modifiers that the options select. */
export function recurrentLayer({ type, name, describe, options, misfit, create }: CellDeclaration): LayerDeclaration {
  const cell = create(defaultsOf(options));
  const uses = stepUses(cell, 1, 1);
  const zonedOut = cell.states(1).flatMap((state) => (state.zoneout === false ? [] : [state.name]));
  return declareLayer({
    type,
    name: (values) => name(values) + suffixes[kindOf(values)],
    describe,
    options,
    sized: true,
    ...(misfit && { misfit }),
    modifiers: { normalization: normalizationOption(uses), zoneout: zoneoutOption(zonedOut) },
    dropoutPlaces: dropoutPlacesOf(cell, uses),
    create: (values, { inputSize, size }) => modifiedLayer(create(values), values, inputSize, size),
  });
}

/** The places within its steps at which a cell has something to drop. */
function dropoutPlacesOf(cell: Cell, uses: StepUses): StepPlace[] {
  const recurrent = cell.parameters(1, 1).filter(isRecurrentMatrix);
  return [
    ...(recurrent.some(({ name }) => uses.products.has(name)) ? (['state'] as const) : []),
    ...(uses.updates ? (['update'] as const) : []),
    ...(recurrent.length > 0 ? (['weight'] as const) : []),
  ];
}

const suffixes = {
  none: '',
  layer: ' with layer normalization',
  rms: ' with RMS normalization',
  batch: ' with batch normalization',
} as const;

const kindOf = (values: OptionValues) => (values.normalization ?? 'none') as keyof typeof suffixes;

/** A layer of a cell with the modifiers that the option values select. */
function modifiedLayer(cell: Cell, values: OptionValues, inputSize: number, size: number): Layer {
  const ofCell = cell.states(size);
  const { inputSteps = 1 } = cell;
  const kept = inputSteps > 1 ? [{ name: PREVIOUS, columns: (inputSteps - 1) * inputSize }] : [];
  const states = [...ofCell, ...kept];
  const own = cell.parameters(inputSize, size);
  const modifiers = modifiersFor(values, own, ofCell, () => stepUses(cell, inputSize, size));
  const parameters = [...own, ...modifiers.flatMap((modifier) => modifier.parameters)];
  const shown = modifiers.every(({ onlyTrains }) => onlyTrains) ? cell : withoutStandards(cell);
  return {
    cell: shown,
    parameters,
    states,
    forward(x, context) {
      const before = states.map(({ name }) => context.state(name));
      const standard = shown.onnx && !context.keep && context.standard(shown.onnx, x, before);
      return standard || unroll({ cell, parameters, states: ofCell, modifiers }, x, before, context);
    },
  };
}

function modifiersFor(
  values: OptionValues,
  parameters: readonly ParameterSpecification[],
  states: readonly StateSpecification[],
  uses: () => StepUses,
): Modifier[] {
  const rates = layerDropout((values.dropout ?? 0) as DropoutChoice);
  const drops = rates.state + rates.update + rates.weight > 0;
  const kind = kindOf(values);
  const kept = (values.zoneout ?? {}) as OptionValues;
  const normalization = (of: Exclude<typeof kind, 'none'>) =>
    of === 'batch' ? inputBatchNormalization(parameters, uses()) : recurrentNormalization(of, parameters, uses());
  return [
    ...(kind === 'none' ? [] : [normalization(kind)]),
    ...(drops ? [stepDropout(rates, parameters)] : []),
    ...(Object.values(kept).some((rate) => rate !== 0) ? [zoneout(kept, states)] : []),
  ];
}

/** The cell without its equivalents in ONNX and torch.nn, for a layer that no longer computes the same. */
function withoutStandards({ onnx: _, torch: __, ...cell }: Cell): Cell {
  return cell;
}

interface Unrolled {
  readonly cell: Cell;
  /** Parameters of the cell and of the modifiers. */
  readonly parameters: readonly ParameterSpecification[];
  /** Those of the cell. */
  readonly states: readonly StateSpecification[];
  readonly modifiers: readonly Modifier[];
}

/** The unrolled network of the textbooks. */
function unroll(layer: Unrolled, x: Node, before: readonly Node[], context: LayerContext): LayerOutput {
  const { cell, parameters, states, modifiers } = layer;
  const { batch, steps, keep, tap } = context;
  const { input, previous } = withPrevious(x, before.slice(states.length), cell.inputSteps ?? 1, context);
  const inputs = splitRows(input, steps);
  let weights: CellParameters = Object.fromEntries(parameters.map(({ name }) => [name, context.parameter(name)]));
  const source: LayerWindow['source'] = (weight) => {
    const whole = wholeOf(weight);
    const parameter = parameters.find(({ name }) => weights[name] === whole)!;
    return { parameter, start: (weight.attributes.start as number | undefined) ?? 0, length: weight.rows };
  };
  const modifying = modifiers.map((modifier) => modifier.begin({ context, input, inputs, source }));
  for (const modifier of modifying) weights = modifier.weights?.(weights) ?? weights;

  const keeps = keep && splitRows(keep, steps);
  const outputs: Node[] = [];
  let state: readonly Node[] = before.slice(0, states.length);
  for (const [t, x] of inputs.entries()) {
    const kept = keeps ? state.map((part) => multiply(part, keeps[t]!)) : state;
    let step = plainStep(tap);
    for (const modifier of modifying) step = modifier.context?.(t, step) ?? step;
    let next = cell.step(x, kept, weights, step);
    for (const modifier of modifying) next = modifier.result?.(t, kept, next) ?? next;
    outputs.push(tap('output', next.output));
    state = states.map(({ name }, i) => tap(`state.${name}`, next.state[i]!));
  }
  const after = [...state, ...previous];
  if (outputs.length === 1) return { output: outputs[0]!, state: after };
  // Where the output is the first part of the state, back-propagation multiplies with all outputs but the last and with the state
  // before the window: both are parts of one matrix.
  if (state[0] !== outputs.at(-1)) return { output: concatenate(outputs, 'rows'), state: after };
  const all = concatenate([before[0]!, ...outputs], 'rows');
  return { output: slice(all, 'rows', batch, input.rows), state: after };
}

/** The part of the state of a cell that reads several inputs: those before the next one, [B, (k-1)*inputSize], the newest first. */
const PREVIOUS = 'previous';

/**
 * The input of each step beside those of the k - 1 steps before it.
 * @param x [T*B, inputSize]
 * @param state where k is above 1, the previous inputs before the window
 * @returns the inputs [T*B, k*inputSize], the newest first; and, where k is above 1, the previous inputs after the window
 */
function withPrevious(x: Node, [state]: readonly Node[], k: number, { batch, keep }: LayerContext) {
  if (!state) return { input: x, previous: [] };
  const delayed = [x];
  const previous: Node[] = [];
  for (const before of splitColumns(state, k - 1)) {
    const newer = delayed.at(-1)!;
    const isOne = newer.rows === batch;
    previous.push(isOne ? newer : slice(newer, 'rows', newer.rows - batch, batch));
    const older = isOne ? before : concatenate([before, slice(newer, 'rows', 0, newer.rows - batch)], 'rows');
    delayed.push(keep ? multiply(older, keep) : older);
  }
  return { input: concatenate(delayed, 'columns'), previous: [concatenate(previous, 'columns')] };
}

import type { Engine, Program } from '../engine/engine.js';
import type { Node, Outputs } from '../graph/node.js';
import { input } from '../graph/operations/input.js';
import { add, constant, multiply, sign } from '../graph/operations/pointwise.js';
import { sumOfSquares } from '../graph/operations/sums.js';
import { rewriteBackward } from '../graph/rewrites/index.js';
import { type ClippingChoice, clipped, clippingScale } from './gradient-clipping.js';
import { type OptimizerChoice, optimizerFor } from './optimizers/index.js';

export interface UpdateOptions {
  readonly optimizer: OptimizerChoice;
  readonly clipping: ClippingChoice;
  /** Weights of the penalties l1 |p| and l2 p^2 / 2, whose gradients are added after clipping, as PyTorch does. */
  readonly regularization: { readonly l1: number; readonly l2: number };
}

/** From gradients to new parameters: norm, clipping, regularisation and the optimizer's equations over the flat arenas. */
export interface Updater {
  /** The optimizer's running arrays, each as long as the parameters. */
  readonly moments: Readonly<Record<string, Float32Array>>;
  /** Global L2 norm of the gradients before clipping. */
  gradientNorm(): Promise<number>;
  /** One update in place. `step` counts from 1. */
  update(step: number, learningRate: number, norm: number): Promise<void>;
}

const SCALARS = ['learningRate', 'gradientScale'];

/**
 * @param parameters the arena of parameters, from the engine's memory
 * @param gradients as long, with each gradient where its parameter is
 */
export function createUpdater(
  engine: Engine,
  parameters: Float32Array,
  gradients: Float32Array,
  options: UpdateOptions,
): Updater {
  const optimizer = optimizerFor(options.optimizer);
  const length = parameters.length;
  const flat = (name: string) => input(name, { rows: 1, columns: length });
  const scalar = (name: string) => input(name, { rows: 1, columns: 1 });

  const moments = Object.fromEntries(optimizer.moments.map((name) => [name, engine.allocateFloats(length)]));
  const bound = {
    parameters: [parameters],
    ...Object.fromEntries(Object.entries(moments).map(([name, array]) => [name, [array]])),
  };
  const norm = engine.compile({ sum: sumOfSquares(flat('gradients')) }, { inputs: { gradients: [gradients] } });
  const outputs = updateGraph(options, flat, scalar, Object.keys(optimizer.scalars(1)));
  const update = engine.compile(outputs, { inputs: { ...bound, gradients: [gradients] }, outputs: bound });

  return {
    moments,
    async gradientNorm() {
      await norm.run();
      return Math.sqrt(norm.outputs.sum![0]![0]!);
    },
    async update(step, learningRate, gradientNorm) {
      setScalar(update, 'learningRate', learningRate);
      setScalar(update, 'gradientScale', clippingScale(options.clipping, gradientNorm));
      for (const [name, value] of Object.entries(optimizer.scalars(step))) setScalar(update, name, value);
      await update.run();
    },
  };
}

function updateGraph(
  { optimizer: choice, clipping, regularization: { l1, l2 } }: UpdateOptions,
  flat: (name: string) => Node,
  scalar: (name: string) => Node,
  scalarNames: readonly string[],
): Outputs {
  const optimizer = optimizerFor(choice);
  const parameter = flat('parameters');
  const [learningRate, gradientScale] = SCALARS.map(scalar) as [Node, Node];
  let gradient = clipped(clipping, flat('gradients'), gradientScale);
  if (l2 > 0) gradient = add(gradient, multiply(constant(l2), parameter));
  if (l1 > 0) gradient = add(gradient, multiply(constant(l1), sign(parameter)));
  const updated = optimizer.update({
    parameter,
    gradient,
    learningRate,
    moments: optimizer.moments.map(flat),
    scalars: Object.fromEntries(scalarNames.map((name) => [name, scalar(name)])),
  });
  const moments = Object.fromEntries(optimizer.moments.map((name, i) => [name, updated.moments[i]!]));
  return rewriteBackward({ parameters: updated.parameter, ...moments });
}

/** A scalar that this optimizer or clipping has no use for is not an input of its program. */
function setScalar(program: Program, name: string, value: number): void {
  const buffer = program.inputs[name]?.[0];
  if (buffer) buffer[0] = value;
}

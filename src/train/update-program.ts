import type { Engine, Program } from '../engine/engine.js';
import type { Node, Outputs } from '../graph/node.js';
import { gaussianNoise } from '../graph/operations/gaussian-noise.js';
import { input } from '../graph/operations/input.js';
import { add, constant, multiply, sign } from '../graph/operations/pointwise.js';
import { sumOfSquares } from '../graph/operations/sums.js';
import { rewriteBackward } from '../graph/rewrites/index.js';
import { isLayerMatrix } from '../model/declarations.js';
import type { ParameterEntry } from '../model/parameter-table.js';
import { type ClippingChoice, clipped, clippingScale, createParameterClipping } from './gradient-clipping.js';
import { noiseDeviation } from './gradient-noise.js';
import { createMaximumNorm } from './maximum-norm.js';
import { type OptimizerChoice, optimizerFor } from './optimizers/index.js';
import type { Optimizer, UpdateInputs } from './optimizers/optimizer.js';
import { partView, type UpdatePart, updateParts } from './update-parts.js';

export interface UpdateOptions {
  readonly optimizer: OptimizerChoice;
  readonly clipping: ClippingChoice;
  readonly regularization: {
    /** Weights of the penalties l1 |p| and l2 p^2 / 2, whose gradients are added after clipping, as PyTorch does. */
    readonly l1: number;
    readonly l2: number;
    /** Largest norm of a row of a layer's weight matrices after an update. Default: no limit. */
    readonly maximumNorm?: number | undefined;
  };
  /** Variance of the noise that is added to the gradients of the first update (see `noiseDeviation`). Default: no noise. */
  readonly gradientNoise?: number | undefined;
  /** The seed of the noise. */
  readonly seed: number;
}

/** A running array of the optimizer. */
export interface Moment {
  /** As long as the parameters. */
  readonly values: Float32Array;
  /** The parameters that it is kept for: a checkpoint holds what belongs to them. */
  readonly entries: readonly ParameterEntry[];
}

/** From gradients to new parameters: norm, clipping, regularization and the optimizer's equations over the flat arenas. */
export interface Updater {
  /** The optimizer's running arrays, by name. */
  readonly moments: Readonly<Record<string, Moment>>;
  /** Global L2 norm of the gradients before clipping. */
  gradientNorm(): Promise<number>;
  /** One update in place. `step` counts from 1. */
  update(step: number, learningRate: number, norm: number): Promise<void>;
}

/** The arenas, from the engine's memory, and the positions of the parameters in them. */
export interface UpdateArrays {
  /** The trained parameters, which are at the beginning of the arena. */
  readonly entries: readonly ParameterEntry[];
  readonly parameters: Float32Array;
  /** As long as the parameters, in the same layout. An update may change them. */
  readonly gradients: Float32Array;
}

/** Compiles the programs of an update, and allocates the running arrays of the optimizer. */
export function createUpdater(engine: Engine, arrays: UpdateArrays, options: UpdateOptions): Updater {
  const { entries, parameters, gradients } = arrays;
  const optimizer = optimizerFor(options.optimizer);
  const length = parameters.length;
  const { updateMatrix, matrixMoments = optimizer.moments } = optimizer;
  const moments = Object.fromEntries(
    optimizer.moments.map((name): [string, Moment] => [
      name,
      {
        values: engine.allocateFloats(length),
        entries: entries.filter((entry) => !isLayerMatrix(entry) || matrixMoments.includes(name)),
      },
    ]),
  );
  const norm = engine.compile(
    { sum: sumOfSquares(input('gradients', { rows: 1, columns: length })) },
    { inputs: { gradients: [gradients] } },
  );
  const { rows, matrices } = updateParts(entries, length, updateMatrix !== undefined);
  // Two programs: products of matrices are the work of an engine's own kernels, and all else is one pass over memory.
  const programs = [
    ...(rows.length > 0 ? [compileRows(engine, optimizer, rows, { ...arrays, moments }, options)] : []),
    ...(matrices.length > 0 ? [compileMatrices(engine, optimizer, matrices, { ...arrays, moments }, options)] : []),
  ];
  const clipByParameter = createParameterClipping(engine, arrays, options.clipping);
  const limit = createMaximumNorm(engine, arrays, options.regularization.maximumNorm);

  const scalarNames = Object.keys(optimizer.scalars(1));

  return {
    moments,
    async gradientNorm() {
      await norm.run();
      return Math.sqrt(norm.outputs.sum![0]![0]!);
    },
    async update(step, learningRate, gradientNorm) {
      if (clipByParameter) await clipByParameter.run();
      const scalars = optimizer.scalars(step);
      for (const program of programs) {
        setScalar(program, 'learningRate', learningRate);
        setScalar(program, 'gradientScale', clippingScale(options.clipping, gradientNorm));
        setScalar(program, 'noiseDeviation', noiseDeviation(options.gradientNoise ?? 0, step));
        setScalar(program, 'step', step);
        for (const name of scalarNames) setScalar(program, name, scalars[name]!);
        await program.run();
      }
      if (limit) await limit.run();
    },
  };
}

type Arenas = UpdateArrays & Pick<Updater, 'moments'>;

function compileRows(
  engine: Engine,
  optimizer: Optimizer,
  parts: readonly UpdatePart[],
  arenas: Arenas,
  options: UpdateOptions,
): Program {
  const { outputs, bindings } = updateGraph(optimizer, parts, arenas, options);
  return engine.compile(rewriteBackward(outputs), bindings);
}

function compileMatrices(
  engine: Engine,
  optimizer: Optimizer,
  parts: readonly UpdatePart[],
  arenas: Arenas,
  options: UpdateOptions,
): Program {
  const { updateMatrix, matrixMoments = optimizer.moments } = optimizer;
  const equations = { ...optimizer, update: updateMatrix!, moments: matrixMoments };
  const { outputs, bindings } = updateGraph(equations, parts, arenas, options);
  return engine.compile(outputs, bindings);
}

/** The equations of an update for each part, with the arena ranges of their inputs and outputs. */
function updateGraph(
  optimizer: Pick<Optimizer, 'moments' | 'scalars' | 'update'>,
  parts: readonly UpdatePart[],
  { parameters, gradients, moments }: Arenas,
  options: UpdateOptions,
) {
  const scalar = (name: string) => input(name, { rows: 1, columns: 1 });
  const learningRate = scalar('learningRate');
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(1)).map((name) => [name, scalar(name)]));
  const prepare = gradientEquations(options, scalar);
  const outputs: Record<string, Node> = {};
  const inputBindings: Record<string, [Float32Array]> = {};
  const outputBindings: Record<string, [Float32Array]> = {};
  for (const [i, part] of parts.entries()) {
    const nameOf = (array: string) => (i === 0 ? array : `${array}.${i}`);
    const read = (array: string, arena: Float32Array) => {
      inputBindings[nameOf(array)] = [partView(arena, part)];
      return input(nameOf(array), { rows: part.rows, columns: part.columns });
    };
    const write = (array: string, arena: Float32Array, value: Node) => {
      outputBindings[`next.${nameOf(array)}`] = [partView(arena, part)];
      outputs[`next.${nameOf(array)}`] = value;
    };
    const parameter = read('parameters', parameters);
    const inputs: UpdateInputs = {
      parameter,
      gradient: prepare(read('gradients', gradients), parameter, part),
      learningRate,
      moments: optimizer.moments.map((name) => read(name, moments[name]!.values)),
      scalars,
    };
    const updated = optimizer.update(inputs);
    write('parameters', parameters, updated.parameter);
    for (const [m, value] of updated.moments.entries()) {
      const name = optimizer.moments[m]!;
      write(name, moments[name]!.values, value);
    }
  }
  return { outputs: outputs as Outputs, bindings: { inputs: inputBindings, outputs: outputBindings } };
}

/** The gradient for the optimizer: clipped, with noise and with the gradients of the penalties. */
function gradientEquations(
  { clipping, regularization: { l1, l2 }, gradientNoise = 0, seed }: UpdateOptions,
  scalar: (name: string) => Node,
) {
  const scale = scalar('gradientScale');
  const deviation = scalar('noiseDeviation');
  const step = input('step', { rows: 1, columns: 1, integer: true });
  return (raw: Node, parameter: Node, { offset }: UpdatePart): Node => {
    let gradient = clipped(clipping, raw, scale);
    if (gradientNoise > 0)
      gradient = add(gradient, multiply(deviation, gaussianNoise(step, { ...shapeOf(raw), offset, seed })));
    if (l2 > 0) gradient = add(gradient, multiply(constant(l2), parameter));
    if (l1 > 0) gradient = add(gradient, multiply(constant(l1), sign(parameter)));
    return gradient;
  };
}

const shapeOf = ({ rows, columns }: Node) => ({ rows, columns });

/** A scalar that the optimizer or clipping does not use is not an input of its program. */
function setScalar(program: Program, name: string, value: number): void {
  const buffer = program.inputs[name]?.[0];
  if (buffer) buffer[0] = value;
}

import type { Engine } from '../../engine/engine.js';
import { input } from '../../graph/operations/input.js';
import { add, multiply, subtract } from '../../graph/operations/pointwise.js';
import { rewriteBackward } from '../../graph/rewrites/index.js';
import type { TokenSource } from '../../text/batches.js';
import type { AdaptedWindow } from './adapted-window.js';

/**
 * How a gradient becomes a step: unchanged (`sgd`), or divided for each parameter by the root mean square of its gradients on the training
 * text (`rms`), so that parameters move, and return, in relation to their importance in training.
 */
export type AdaptationRule = { readonly type: 'sgd' } | { readonly type: 'rms'; readonly train: Int32Array | TokenSource };

interface AdaptationOptions {
  readonly engine: Engine;
  /** The trained parameters, which are not changed. */
  readonly trained: Float32Array;
  readonly window: AdaptedWindow;
  readonly rule: AdaptationRule;
  readonly learningRate: number;
  readonly decay: number;
}

export interface Adaptation {
  /** Adds the window's gradients to the statistics. */
  observe(): Promise<void>;
  /** Must be called after the last `observe` and before the first `step`. */
  prepare(): void | Promise<void>;
  /** Moves the window's parameters by its gradients, and back towards the trained parameters. */
  step(): Promise<void>;
}

/** The constant that the paper's authors add to the root mean square before the division. */
const EPSILON = 0.001;

/**
 * The update after each window (Krause et al. 2018, equations 7 and 8, and their code): p += decay (trained - p) - rate gradient for `sgd`.
 * For `rms` the gradient is divided by RMS + 0.001, and the decay of each parameter is multiplied by RMS / mean RMS, limited to 1, above
 * which it would overshoot the trained value.
 */
export function createAdaptation(options: AdaptationOptions): Adaptation {
  const { engine, trained, window, rule, learningRate, decay } = options;
  const length = trained.length;
  const scales = engine.allocateFloats(length).fill(learningRate);
  const decays = engine.allocateFloats(length).fill(decay);
  const flat = (name: string) => input(name, { rows: 1, columns: length });
  const gradient = flat('gradients');
  const parameter = flat('parameters');
  const home = multiply(flat('decays'), subtract(flat('trained'), parameter));
  const moved = add(subtract(parameter, multiply(flat('scales'), gradient)), home);
  const parameters = [window.parameters];
  const gradients = [window.gradients];
  const update = engine.compile(rewriteBackward({ parameters: moved }), {
    inputs: { parameters, gradients, trained: [trained], scales: [scales], decays: [decays] },
    outputs: { parameters },
  });

  const squares = rule.type === 'rms' ? engine.allocateFloats(length) : undefined;
  const sum = squares && add(flat('squares'), multiply(gradient, gradient));
  const collect =
    sum && engine.compile({ squares: sum }, { inputs: { squares: [squares], gradients }, outputs: { squares: [squares] } });
  let observed = 0;

  return {
    async observe() {
      await collect?.run();
      observed++;
    },
    prepare() {
      if (squares) normalize(squares, observed, scales, decays);
    },
    async step() {
      await update.run();
      window.parametersChanged();
    },
  };
}

/** @param squares sums of the squared gradients of so many windows. */
function normalize(squares: Float32Array, observed: number, scales: Float32Array, decays: Float32Array): void {
  let sum = 0;
  for (const square of squares) sum += Math.sqrt(square / observed);
  const mean = sum / squares.length;
  for (let i = 0; i < squares.length; i++) {
    const rms = Math.sqrt(squares[i]! / observed);
    scales[i]! /= rms + EPSILON;
    // If all gradients are zero, the decay is the same for all parameters.
    if (mean > 0) decays[i] = Math.min(1, (decays[i]! * rms) / mean);
  }
}

import type { OptionValues } from '../../foundation/options.js';
import { adabelief } from './adabelief.js';
import { adam, adamw } from './adam.js';
import { lion } from './lion.js';
import { momentum } from './momentum.js';
import { muon } from './muon.js';
import { nadam } from './nadam.js';
import type { Optimizer, OptimizerDeclaration } from './optimizer.js';
import { rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

/** The registry of optimizers. A new optimizer is its file and a line here; the first is the default. */
export const optimizers: readonly OptimizerDeclaration[] = [adam, adamw, sgd, momentum, rmsprop, nadam, adabelief, lion, muon];

/** An optimizer as a resolved config names it: its type and the values of its options. */
export type OptimizerChoice = OptionValues & { readonly type: string };

export function optimizerFor(choice: OptimizerChoice): Optimizer {
  return optimizers.find(({ type }) => type === choice.type)!.create(choice);
}

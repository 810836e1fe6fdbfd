import { type AdamOptions, adam } from './adam.js';
import { type MomentumOptions, momentum } from './momentum.js';
import type { Optimizer } from './optimizer.js';
import { type RmspropOptions, rmsprop } from './rmsprop.js';
import { sgd } from './sgd.js';

/** Which optimizer, as a config names it. */
export type OptimizerChoice =
  | { readonly type: 'sgd' }
  | ({ readonly type: 'momentum' } & MomentumOptions)
  | ({ readonly type: 'rmsprop' } & RmspropOptions)
  | ({ readonly type: 'adam' } & AdamOptions)
  | ({ readonly type: 'adamw'; readonly weightDecay: number } & AdamOptions);

export function optimizerFor(choice: OptimizerChoice): Optimizer {
  switch (choice.type) {
    case 'sgd':
      return sgd;
    case 'momentum':
      return momentum(choice);
    case 'rmsprop':
      return rmsprop(choice);
    case 'adam':
      return adam(choice);
    case 'adamw':
      return adam(choice, choice.weightDecay);
  }
}

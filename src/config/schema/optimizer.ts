import { optimizers } from '../../train/optimizers/index.js';
import { declaredVariants } from './declared.js';

/** How gradients become steps. */
export const optimizer = declaredVariants<{ readonly learningRate: number }>(optimizers);

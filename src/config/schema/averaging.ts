import { averagings } from '../../train/averaging/index.js';
import { declaredVariants } from './declared.js';

/** Which parameters are evaluated and saved. */
export const averaging = declaredVariants(averagings);

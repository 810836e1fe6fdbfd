import { schedules } from '../../train/schedules/index.js';
import { declaredVariants } from './declared.js';

/** How the learning rate changes while training. Epochs are counted from 1. */
export const schedule = declaredVariants(schedules);

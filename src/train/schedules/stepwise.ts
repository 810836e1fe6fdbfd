import { wholePower } from '../optimizers/optimizer.js';
import type { Schedule } from './schedule.js';

/**
 * base * factor^k, where k grows by one every `everyEpochs` epochs after epoch `startEpoch`: the step schedule; with every epoch, the
 * exponential one.
 */
export function stepwise(base: number, startEpoch: number, everyEpochs: number, factor: number): Schedule {
  return {
    learningRate: ({ epoch }) => base * wholePower(factor, Math.max(0, Math.ceil((epoch - startEpoch) / everyEpochs))),
  };
}

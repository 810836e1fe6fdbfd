import { realPower } from '../foundation/special-functions.js';

/**
 * Standard deviation of the noise that is added to the gradients of an update (Neelakantan et al. 2015): the square root of
 * eta / (1 + t)^0.55, where t = step - 1.
 *
 * @param eta variance at the first update
 * @param step from 1
 */
export function noiseDeviation(eta: number, step: number): number {
  return Math.sqrt(eta * realPower(step, -0.55));
}

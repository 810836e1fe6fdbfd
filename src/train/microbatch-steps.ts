import { type GradientPrecision, shareOf, sumOverTeam, type Team } from '../parallel/team.js';
import { createGradientSums } from './gradient-sums.js';
import type { Updater } from './update-program.js';

/** How the gradients of microbatches become updates. */
export interface MicrobatchSteps {
  /**
   * @param compute computes the gradients of a microbatch of this process
   * @returns the norm of the gradients
   */
  differentiate(step: number, compute: (microbatch: number) => Promise<void>): Promise<number>;
  /** @param isLast whether it is the last step of the run */
  update(step: number, learningRate: number, norm: number, isLast: boolean): Promise<void>;
}

/** What all ways to make steps need. */
export interface MicrobatchSharing {
  readonly updater: Updater;
  readonly gradients: Float32Array;
  readonly microbatches: number;
  readonly precision: GradientPrecision;
  readonly team: Team | undefined;
}

/** The usual steps: the gradients of all microbatches are added to one. */
export function summedSteps({ updater, gradients, microbatches, precision, team }: MicrobatchSharing): MicrobatchSteps {
  const { start, count } = shareOf(microbatches, team);
  const sums = createGradientSums(gradients.length, precision);
  return {
    async differentiate(_, compute) {
      for (let index = 0; index < count; index++) {
        await compute(start + index);
        sums.addMicrobatch(gradients, { index, count });
      }
      await sumOverTeam(team, gradients, precision);
      return updater.gradientNorm();
    },
    update: (step, learningRate, norm) => updater.update(step, learningRate, norm),
  };
}

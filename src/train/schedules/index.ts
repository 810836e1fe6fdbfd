import { cosine } from './cosine.js';
import { plateau } from './plateau.js';
import type { Schedule, ScheduleChoice } from './schedule.js';
import { stepwise } from './stepwise.js';

/** The schedule of a config, from the optimizer's learning rate. */
export function scheduleFor(choice: ScheduleChoice, base: number): Schedule {
  switch (choice.type) {
    case 'constant':
      return { learningRate: () => base };
    case 'step':
      return stepwise(base, choice.startEpoch, choice.everyEpochs, choice.factor);
    case 'exponential':
      return stepwise(base, choice.startEpoch, 1, choice.factor);
    case 'cosine':
      return cosine(base, choice);
    case 'plateau':
      return plateau(base, choice);
  }
}

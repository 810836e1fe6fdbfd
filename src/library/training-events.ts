import type { EndEvent, TrainingEvent } from '../train/events.js';
import { type TrainingOptions, train } from './train.js';

/**
 * Trains a model as `runTraining` does, and yields what happens, event by event. The training does not wait for the reader, so that no
 * result depends on it: events that are not read yet are kept. A loop that is left early ends the training, which writes a checkpoint;
 * leaving waits for that.
 *
 * @returns the last event, which is yielded as well
 * @throws UserError as `runTraining` does, after the events before it
 */
export async function* trainingEvents(
  options: Omit<TrainingOptions, 'onEvent'>,
): AsyncGenerator<TrainingEvent, EndEvent, undefined> {
  const waiting: TrainingEvent[] = [];
  let wake = () => {};
  let left = false;
  let over = false;
  const training = train({
    ...options,
    stopRequested: () => left || options.stopRequested?.() === true,
    onEvent(event) {
      waiting.push(event);
      wake();
    },
  }).finally(() => {
    over = true;
    wake();
  });
  // It may fail while nobody waits for it: the reader hears of it after the events before it.
  training.catch(() => {});
  try {
    for (;;) {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) yield event;
      if (over) return await training;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    left = true;
    await training.catch(() => {});
  }
}

import { kindOf } from '../files/regular-file.js';
import { memberOf } from '../foundation/strict-json.js';
import { ascendingSteps, readRunLog, stepIn } from './run-logs.js';
import { sampleIn, type WrittenSample } from './tensorboard/run-values.js';

/** A sample of samples.jsonl, with the step after which it was written. */
export interface LoggedSample extends WrittenSample {
  readonly step: number;
  readonly epoch: number | undefined;
}

/** The samples of a run in the order of their steps; none where there is no such log. @throws UserError `model` for an invalid line */
export function readSamples(path: string): LoggedSample[] {
  if (kindOf(path) === undefined) return [];
  return [
    ...readRunLog(
      path,
      ascendingSteps((line): LoggedSample => {
        const epoch = memberOf(line, 'epoch');
        return { step: stepIn(line), epoch: typeof epoch === 'number' ? epoch : undefined, ...sampleIn(line) };
      }),
    ),
  ];
}

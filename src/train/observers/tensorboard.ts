import type { ResolvedConfig } from '../../config/types.js';
import type { ParameterTable } from '../../model/parameter-table.js';
import { beginEventFile, type EventWriter } from '../../report/tensorboard/event-writer.js';
import { hyperparametersOf } from '../../report/tensorboard/hyperparameters.js';
import {
  metricValues,
  parametersIn,
  parameterValues,
  sampleValues,
  testLossValue,
} from '../../report/tensorboard/run-values.js';
import type { ByteLog } from '../../run/byte-log.js';
import type { TrainingEvent } from '../events.js';
import type { Observer } from '../trainer.js';
import type { TrainingState } from '../training-state.js';
import { metricsLine } from './metrics.js';

interface TensorBoardOptions {
  readonly config: ResolvedConfig;
  readonly table: ParameterTable;
  /** Seconds since 1970. */
  readonly wallTime: () => number;
}

/** Writes what happens in a training run to the event file that `begin` sets. */
interface TensorBoardObserver {
  readonly observe: Observer;
  /** Must be called when the run directory is ready, with the state from which the run continues. */
  begin(file: Pick<ByteLog, 'append'>, state: Pick<TrainingState, 'step' | 'validation'>): void;
  /** Writes the values of an event, if it has some. @throws UserError `disk` when the file cannot be written */
  record(event: TrainingEvent): void;
}

/**
 * The observer for `training.tensorboard`; undefined where the config does not ask for it. Scalars are those of metrics.jsonl. Histograms of
 * the parameters that are evaluated and saved follow each validation and the last step.
 */
export function createTensorBoardObserver({ config, table, wallTime }: TensorBoardOptions): TensorBoardObserver | undefined {
  if (!config.training.tensorboard) return undefined;
  let writer: EventWriter | undefined;
  let valuesOf = metricValues();
  let validatedStep: number | undefined;
  return {
    begin(file, { step, validation }) {
      const append = (record: Uint8Array) => file.append(record);
      writer = beginEventFile({ append, wallTime, after: step, hyperparameters: hyperparametersOf(config) });
      valuesOf = metricValues(validation.bestLoss);
    },
    record(event) {
      const line = metricsLine(event);
      if (line !== undefined) writer?.write(valuesOf(line));
      if (event.type === 'validation') validatedStep = event.step;
      if (event.type === 'samples') writer?.write({ step: event.step, values: sampleValues(event.samples) });
      if (event.type !== 'end' || event.reason === 'interrupted') return;
      const { step, testLoss } = event;
      if (testLoss !== undefined) writer?.write({ step, values: [testLossValue(testLoss)] });
      writer?.end(step);
    },
    async observe({ step, isLast }, parameters) {
      if (!isLast && step !== validatedStep) return;
      writer?.write({ step, values: parameterValues(parametersIn(table, parameters)) });
    },
  };
}

import type { ResolvedConfig } from '../config/types.js';
import type { Tensor } from '../files/safetensors-format.js';
import type { Checkpoint } from '../run/checkpoint.js';
import { modelMetadata } from '../run/model-content.js';

/** Bytes that a run writes. */
export interface DiskForecast {
  /** One checkpoint. */
  readonly checkpoint: number;
  /** The most that exist at once: the latest, one from before the best validation, and the one that is being written. */
  readonly checkpoints: number;
  /** The model file. */
  readonly model: number;
  /** The metrics log at the end of the run. */
  readonly metrics: number;
  /** The largest total, including a second model file while the first is replaced. */
  readonly total: number;
  /** Free space where the run directory is or would be; absent where the system does not say. */
  readonly free?: number;
}

interface DiskOptions {
  /** As it would be written. */
  readonly checkpoint: Checkpoint;
  readonly config: ResolvedConfig;
  readonly steps: number;
  readonly validations: number;
  readonly free: number | undefined;
}

/** Bytes of a tensor's entry in a safetensors header (type, shape and position), besides its name. */
const ENTRY = 70;
/** Bytes of a line of metrics, and steps between two lines. */
const LINE = 130;
const LINE_INTERVAL = 10;

/** Forecasts the bytes that a run writes, from the checkpoint it would write now. */
export function diskForecast({ checkpoint: written, config, steps, validations, free }: DiskOptions): DiskForecast {
  const metadata = textLength(modelMetadata(written));
  const model = metadata + tensorsLength(written.parameters);
  const checkpoint = model + textLength(written.trainer) + tensorsLength([...written.optimizer, ...written.state]);
  const checkpoints = config.training.checkpoints.keep + (validations > 0 ? 2 : 1);
  const metrics = LINE * (Math.ceil(steps / LINE_INTERVAL) + validations);
  const total = checkpoints * checkpoint + 2 * model + metrics;
  return { checkpoint, checkpoints, model, metrics, total, ...(free !== undefined && { free }) };
}

const textLength = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

const tensorsLength = (tensors: readonly Tensor[]) =>
  tensors.reduce((sum, { name, data }) => sum + data.byteLength + name.length + ENTRY, 0);

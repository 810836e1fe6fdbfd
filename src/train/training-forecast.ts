import type { EndEvent, EngineEvent } from './events.js';
import type { DiskForecast } from './forecast-disk.js';
import type { MeasuredTraining } from './measure-training.js';

/** What a training run would be. Sizes are bytes, times are seconds, losses nats per token. */
export interface TrainingForecast extends MeasuredTraining {
  readonly runDirectory: string;
  /** How `engine: auto` was decided. */
  readonly engineChoice?: EngineEvent;
  readonly engine: string;
  readonly shards: number;
  readonly threads: number;
  readonly parameters: number;
  readonly vocabularySize: number;
  readonly tokenizer: string;
  readonly trainTokens: number;
  readonly validationTokens: number;
  readonly testTokens: number;
  /** Where it begins: 0, or the step of the checkpoint that it goes on from. */
  readonly step: number;
  /** The last one; early stopping may end the run before. */
  readonly steps: number;
  readonly epochs: number;
  readonly memory: {
    readonly parameters: number;
    readonly optimizer: number;
    /** All that the engine holds: parameters, optimizer, and what its programs compute in. */
    readonly engine: number;
    /** Tokens that stand in memory. */
    readonly corpus: number;
    /** What the process has held at most while this was found out. */
    readonly process: number;
  };
  readonly disk: DiskForecast;
  /** Of a model that knows nothing: ln(vocabulary size). */
  readonly lossOfChance: number;
  readonly validationFloor?: number;
  readonly baselines?: NonNullable<EndEvent['baselines']>;
  /** What the user should know before the run begins. */
  readonly notices: readonly string[];
}

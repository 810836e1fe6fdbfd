import type { ResolvedConfig } from '../../config/types.js';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import { UserError } from '../../foundation/errors.js';
import type { JsonValue } from '../../foundation/strict-json.js';
import { modelDescription } from '../../model/model-description.js';
import type { ParameterTable } from '../../model/parameter-table.js';
import type { MetricsLog } from '../../run/metrics-log.js';
import { stackModels } from '../../run/opened-model.js';
import { createGenerator } from '../../sample/generate.js';
import type { TokenizerState } from '../../text/tokenizers/tokenizer.js';
import type { Sample, SamplesEvent } from '../events.js';
import type { Observer, Place } from '../trainer.js';

type SampleSettings = NonNullable<ResolvedConfig['training']['samples']>;

interface SamplingOptions {
  readonly config: ResolvedConfig;
  readonly tokenizer: TokenizerState;
  readonly table: ParameterTable;
}

/** Writes texts with a model during its training. */
interface TrainingSampler {
  /**
   * Writes a text for each prompt with these parameters, [table.arenaLength]. A model whose predictions are not numbers gives failures, not
   * an error: training itself detects and reports that.
   */
  write(parameters: Float32Array): Promise<Sample[]>;
  close(): void;
}

/**
 * The sampler uses a copy of the parameters on an engine of its own, so that it changes no bit of the training. Every text is drawn with
 * stream 0 of the run's seed: `textloom sample CHECKPOINT --seed SEED` with the same settings writes the same text.
 *
 * @throws UserError `usage` for a prompt that the vocabulary cannot express
 */
function createTrainingSampler(settings: SampleSettings, { config, tokenizer, table }: SamplingOptions): TrainingSampler {
  const { prompts, length, temperature, topP } = settings;
  const documents = { config: config as unknown as JsonValue, tokenizer: tokenizer as unknown as JsonValue };
  const description = modelDescription('the model', documents);
  prompts.forEach((prompt, i) => {
    try {
      description.tokenizer.encode(prompt);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const shown = JSON.stringify(prompt);
      throw new UserError('usage', `training.samples.prompts.${i} is ${shown}: ${error.message}`, { cause: error });
    }
  });
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  const arena = engine.allocateFloats(table.arenaLength);
  const generator = createGenerator({ model: stackModels({ ...description, table, arena }), engine });
  const options = { maximumTokens: length, temperature, seed: config.seed, ...(topP !== undefined && { topP }) };

  async function write(prompt: string): Promise<Sample> {
    try {
      let text = '';
      for await (const piece of generator.generate(await generator.read(prompt), options)) text += piece;
      return { prompt, text };
    } catch (error) {
      if (!(error instanceof UserError) || error.kind !== 'model') throw error;
      return { prompt, failure: error.message };
    }
  }
  return {
    async write(parameters) {
      arena.set(parameters);
      const samples: Sample[] = [];
      for (const prompt of prompts) samples.push(await write(prompt));
      return samples;
    },
    close: () => engine.close(),
  };
}

/** Writes samples when they are due, to the log that `begin` sets. */
interface SamplesObserver {
  readonly observe: Observer;
  /** Must be called when the run directory is ready. */
  begin(log: Pick<MetricsLog, 'append'>): void;
  close(): void;
}

/**
 * The observer for `training.samples`; undefined where the config has none.
 * @throws UserError `usage` for a prompt that the vocabulary cannot express
 */
export function createSamplesObserver(
  options: SamplingOptions,
  onEvent: (event: SamplesEvent) => void,
): SamplesObserver | undefined {
  const settings = options.config.training.samples;
  if (settings === undefined) return undefined;
  const sampler = createTrainingSampler(settings, options);
  let log: Pick<MetricsLog, 'append'> | undefined;
  return {
    async observe(place, parameters) {
      if (!areDue(settings, place)) return;
      const { step, epoch } = place;
      const samples = await sampler.write(parameters);
      for (const sample of samples) log?.append({ step, epoch, ...sample });
      onEvent({ type: 'samples', step, epoch, samples });
    },
    begin(opened) {
      log = opened;
    },
    close: () => sampler.close(),
  };
}

function areDue({ everyEpochs, everySteps }: SampleSettings, { step, epoch, endsEpoch, isLast }: Place): boolean {
  if (isLast) return true;
  return everySteps !== undefined ? step % everySteps === 0 : endsEpoch && epoch % everyEpochs! === 0;
}

import type { ResolvedConfig } from '../../config/types.js';
import { parseDuration } from '../../foundation/duration.js';
import { UserError } from '../../foundation/errors.js';
import { modelOptions } from '../../model/specification.js';
import { openEngine } from '../../train/engines.js';
import { measureStepSpeed } from '../../train/step-speed.js';

/**
 * The training time in seconds.
 *
 * @returns infinity for `none`
 * @throws UserError usage, naming the flag
 */
export function parseBudget(text: string): number {
  if (text.trim().toLowerCase() === 'none') return Number.POSITIVE_INFINITY;
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  const shown = JSON.stringify(text.slice(0, 40));
  throw new UserError('usage', `--time ${shown}: a time such as 90s, 10m or 2h is expected, or none for no limit`);
}

/** Tokens trained on per second on this machine with the config's own engine, measured on a few steps of this model. */
export async function measureSpeed(config: ResolvedConfig, vocabularySize: number): Promise<number> {
  if (config.engine.type === 'auto') throw new Error('init proposes an engine by its name');
  const now = () => performance.now() / 1000;
  const engine = await openEngine(config.engine, config.engine.threads, now);
  try {
    const model = modelOptions(config.model, vocabularySize);
    return await measureStepSpeed({ engine, config, model, now });
  } finally {
    engine.close();
  }
}

/** The same with onnxruntime; undefined where the package is not installed or cannot train this model. */
export async function measureOnnxRuntime(config: ResolvedConfig, vocabularySize: number): Promise<number | undefined> {
  try {
    const { threads } = config.engine;
    return await measureSpeed({ ...config, engine: { type: 'onnxruntime', provider: 'cpu', threads } }, vocabularySize);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The planned share of the budget: validation, checkpoints and other processes take the rest. */
const PLANNED = 0.85;

/** Epochs that fit into the budget; below 1 when not even one does. */
export function epochsWithin(
  budget: number,
  { train, validation }: { train: number; validation: number },
  speed: number,
): number {
  // Validation computes no gradients, so it takes about a third of the time.
  return (budget * PLANNED) / ((train + validation / 3) / speed);
}

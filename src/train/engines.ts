import { availableParallelism } from 'node:os';
import type { EngineConfig, NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { loadOnnxRuntime } from '../engine/onnxruntime/load-onnxruntime.js';
import { createOnnxRuntimeEngine, MAXIMUM_UNROLLED_STEPS } from '../engine/onnxruntime/onnxruntime-engine.js';
import { tryDevice } from '../engine/onnxruntime/try-device.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { UserError } from '../foundation/errors.js';
import { unrolledLayers } from '../model/architecture.js';
import { trainingGraph } from '../model/graphs.js';
import type { ModelOptions } from '../model/specification.js';
import type { EngineEvent, EngineTrial } from './events.js';
import { measureStepSpeed } from './step-speed.js';

/** How many threads compute. `auto`: as many of the machine's cores as are fastest, measured during training. */
export type Threads = number | 'auto';

/**
 * Opens the engine that a config names.
 *
 * @param clock the time in seconds, from any origin; read only for `auto` threads
 * @throws UserError `usage` when it is missing: a package that is not installed, or a provider that this system lacks
 */
export async function openEngine(config: NamedEngineConfig, threads: Threads, clock: () => number): Promise<Engine> {
  const most = threads === 'auto' ? availableParallelism() : threads;
  if (config.type === 'onnxruntime') return createOnnxRuntimeEngine({ provider: config.provider, threads: most });
  return createTypedArrayEngine({ shards: config.shards, threads: most, now: threads === 'auto' ? clock : undefined });
}

export interface EngineChoiceOptions {
  readonly config: ResolvedConfig & { readonly engine: Extract<EngineConfig, { type: 'auto' }> };
  readonly model: ModelOptions;
  /** The most threads of an engine. */
  readonly threads: Threads;
  /** The time in seconds, from any origin. */
  readonly now: () => number;
  /** Whether a device may be tried in another process. Default true; not in a process of MPI, which must not be forked. */
  readonly mayFork?: boolean;
}

/** Seconds for which a device may be tried: starting it, compiling its shaders, two runs. */
const DEVICE_LIMIT = 10;

/**
 * Decides `engine: auto`: measures steps of each engine with this model and chooses the fastest. Where only the typed-array engine works,
 * it is chosen.
 *
 * @returns the engine section for the config, and the event to report
 * @throws UserError when even the typed-array engine cannot train this model
 */
export async function chooseEngine(options: EngineChoiceOptions): Promise<{ engine: NamedEngineConfig; event: EngineEvent }> {
  const { type: _, shards, threads } = options.config.engine;
  const base = await trial(options, { type: 'typed-array', shards, threads });
  if ('error' in base) throw base.error;
  const tried: Trial[] = [base];
  try {
    const backends = (await loadOnnxRuntime()).listSupportedBackends();
    tried.push(await trial(options, { type: 'onnxruntime', provider: 'cpu', threads }));
    if (options.mayFork !== false && backends.some(({ name }) => name === 'webgpu'))
      tried.push(await tryWebGpu(options, fastest(tried).told.tokensPerSecond));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tried.push({ told: { engine: 'onnxruntime', failure: error.message } });
  }
  const { engine, told } = fastest(tried);
  const others = tried.map((other) => other.told).filter((other) => other !== told);
  return { engine, event: { type: 'engine', ...told, others } };
}

/** An engine and its measurement; without `engine` it cannot be chosen. */
type Trial = { engine: NamedEngineConfig; told: Measured } | { told: EngineTrial; error?: UserError };
type Measured = EngineTrial & { threads: number; tokensPerSecond: number };

function fastest(trials: readonly Trial[]) {
  const choosable = trials.filter((trial) => 'engine' in trial);
  return choosable.reduce((best, next) => (next.told.tokensPerSecond > best.told.tokensPerSecond ? next : best));
}

async function trial({ config, model, threads, now }: EngineChoiceOptions, section: NamedEngineConfig): Promise<Trial> {
  try {
    const engine = await openEngine(section, threads, now);
    try {
      const tokensPerSecond = await measureStepSpeed({ engine, config, model, now });
      return { engine: section, told: { engine: engine.name, threads: engine.threads, tokensPerSecond } };
    } finally {
      engine.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const engine = section.type === 'onnxruntime' ? `onnxruntime (${section.provider})` : section.type;
    return { told: { engine, failure: error.message }, error };
  }
}

/**
 * A device is tried in another process first, because a driver can crash. Only a device that is faster there than all engines measured so
 * far is measured in this process.
 */
async function tryWebGpu(options: EngineChoiceOptions, toBeat: number): Promise<Trial> {
  const { config, model } = options;
  const { batchSize: all, microbatches, sequenceLength } = config.training;
  const batchSize = all / microbatches;
  const engine = 'onnxruntime (webgpu)';
  if (sequenceLength * unrolledLayers(model) > MAXIMUM_UNROLLED_STEPS)
    return { told: { engine, failure: 'the window is too long' } };
  const graph = trainingGraph(model, { batchSize, sequenceLength, shards: 1 }, { seed: config.seed });
  const result = await tryDevice(graph, 'webgpu', DEVICE_LIMIT);
  if ('failure' in result) return { told: { engine, failure: result.failure } };
  const tokensPerSecond = (batchSize * sequenceLength) / result.seconds;
  if (tokensPerSecond < toBeat) return { told: { engine, tokensPerSecond } };
  return trial(options, { type: 'onnxruntime', provider: 'webgpu', threads: config.engine.threads });
}

import { type Provider, providers } from '../../engine/onnxruntime/providers.js';
import { UserError } from '../../foundation/errors.js';
import { isExportedFile } from '../../run/exported-file.js';
import { oneOf, textFlag } from './flags.js';

/** The flags `--engine` and `--provider`, as yargs returns them. */
export interface EngineFlags {
  engine: string | undefined;
  provider: string | undefined;
}

/** The engine for a finished model. */
export type EngineChoice = { readonly type: 'typed-array' } | { readonly type: 'onnxruntime'; readonly provider: Provider };

/** The flags for commands that use a finished model: `yargs.options(engineFlags)`. */
export const engineFlags = {
  engine: { ...textFlag, describe: 'Engine: typed-array or onnxruntime (the optional package). Default typed-array' },
  provider: { ...textFlag, describe: 'Execution provider of onnxruntime: cpu, webgpu, cuda, ... Default cpu' },
} as const;

/** The flags for training. */
export const trainingEngineFlags = {
  engine: {
    ...textFlag,
    describe: 'Engine: auto (the fastest here), typed-array, onnxruntime. Default: as in the config',
  },
  provider: { ...textFlag, describe: 'Execution provider of onnxruntime: cpu, webgpu, cuda, ... Default: as in the config' },
} as const;

/**
 * The engine that the flags choose for a model.
 * @throws UserError usage for an unknown engine or provider, for a provider without the engine that has providers, and for an engine that
 *   cannot compute an exported file
 */
export function engineChoice({ engine, provider }: EngineFlags, model: string): EngineChoice {
  const type = oneOf(['typed-array', 'onnxruntime'] as const, engine ?? 'typed-array', '--engine');
  if (type === 'typed-array' && provider !== undefined) throw providerWithout(provider);
  const choice: EngineChoice = type === 'onnxruntime' ? { type, provider: providerChoice(provider) } : { type };
  if (!isExportedFile(model)) return choice;
  if (engine === 'typed-array') throw notForExport('--engine typed-array', model);
  if (provider !== undefined && provider !== 'cpu') throw notForExport(`--provider ${provider}`, model);
  return choice;
}

function notForExport(flag: string, model: string): UserError {
  const reason = 'an exported file is computed by onnxruntime on the CPU';
  const remedy = 'leave the flag out, or give the model that was exported';
  return new UserError('usage', `${flag} and ${model}: ${reason}; ${remedy}`);
}

/**
 * The flags of training as overrides of the config, `key=value`.
 * @param set the overrides of `--set`
 * @throws UserError usage for an unknown engine or provider, and for a key that `--set` also sets
 */
export function engineOverrides({ engine, provider }: EngineFlags, set: readonly string[]): string[] {
  if (provider !== undefined && engine !== 'onnxruntime') throw providerWithout(provider);
  if (engine === undefined) return [];
  const type = oneOf(['auto', 'typed-array', 'onnxruntime'] as const, engine, '--engine');
  const keys = set.map((override) => override.split('=')[0]!.trim());
  const say = (flag: string, key: string, value: string) => {
    const again = keys.find((given) => given === key || given === 'engine');
    if (again === undefined) return `${key}=${value}`;
    throw new UserError('usage', `${flag} and --set ${again} set the same key: give one of them`);
  };
  const chosen = say('--engine', 'engine.type', type);
  return provider === undefined ? [chosen] : [chosen, say('--provider', 'engine.provider', providerChoice(provider))];
}

function providerChoice(provider = 'cpu'): Provider {
  return oneOf(Object.keys(providers) as Provider[], provider, '--provider');
}

function providerWithout(provider: string): UserError {
  return new UserError(
    'usage',
    `--provider ${shown(provider)}: only --engine onnxruntime has providers; give both, or neither`,
  );
}

const shown = (word: string) => (word === '' ? '(empty)' : word.slice(0, 40).replace(/\s/g, ' '));

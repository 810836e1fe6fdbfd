import { countRange, seedRange } from '../../foundation/arguments.js';
import { beamRange, lengthPenaltyRange } from '../../sample/beam-search.js';
import { penaltyRanges } from '../../sample/penalties.js';
import { temperatureRange } from '../../sample/sampler.js';
import { USUAL_TOKENS } from '../../sample/text-writer.js';
import { type TokenFilterOptions, tokenFilters } from '../../sample/token-filters.js';
import type { UnknownPolicy } from '../../text/tokenizers/unknown-characters.js';
import { type EngineChoice, engineChoice } from '../shared/engine-flag.js';
import { numberFlag, oneOf, optionalNumberFlag, unknownPolicy } from '../shared/flags.js';
import type { SampleArguments, TextSettings } from './arguments.js';
import { refuseIdleFlags } from './idle-flags.js';
import { type Prompts, readPrompts } from './prompts.js';

/** More texts from one prompt would not fit into memory, or would take days. */
const MOST_TEXTS = 100_000;

interface CommonRequest {
  /** Path of a model file, a checkpoint, a run directory or an exported file. */
  readonly model: string;
  readonly engine: EngineChoice;
  /** How to handle characters in prompts that the model's vocabulary lacks. */
  readonly unknown: UnknownPolicy | undefined;
}

/** The request of the `sample` command. */
export interface SampleRequest extends CommonRequest {
  readonly prompts: Prompts;
  /** Texts from each prompt; the i-th, counted from 0, uses stream i of the seed. */
  readonly samples: number;
  readonly text: TextSettings;
  /** Of `count` texts the most likely one is shown: text i is chosen from the streams i * count to (i + 1) * count - 1. */
  readonly bestOf: { readonly count: number; readonly by: 'mean' | 'total' } | undefined;
  readonly beams: { readonly count: number; readonly lengthPenalty: number } | undefined;
  /** Whether to show the model's probabilities. */
  readonly probabilities: boolean;
  /** Whether to show what attention looks at. */
  readonly attention: boolean;
  /** `text`: the prompt and the text after it, safe for a terminal; `raw`: the same, unchanged; `json`: one document at the end. */
  readonly format: 'text' | 'raw' | 'json';
}

/** A conversation with a model. */
export interface InteractiveRequest extends CommonRequest {
  /** The flags, some of which can be changed during the conversation. */
  readonly interactive: SampleArguments;
}

/** @throws UserError usage for values out of range and flags that have no effect together, data for prompts that cannot be read */
export async function sampleRequest(args: SampleArguments): Promise<SampleRequest | InteractiveRequest> {
  const engine = engineChoice(args, args.model);
  const unknown = unknownPolicy(args.unknown);
  const settings = checkedSettings(args);
  if (args.interactive) return { model: args.model, engine, unknown, interactive: args };
  const format = args.json ? 'json' : args.raw ? 'raw' : 'text';
  return {
    model: args.model,
    engine,
    unknown,
    prompts: await readPrompts(args),
    samples: samplesOf(args),
    text: settings,
    bestOf: bestOfOf(args),
    beams: beamsOf(args),
    probabilities: args.showProbabilities,
    attention: args.showAttention,
    format,
  };
}

/**
 * The settings of each text from the flags.
 * @throws UserError usage for values out of range, and flags that have no effect together
 */
export function checkedSettings(args: SampleArguments): TextSettings {
  const settings = textSettings(args);
  bestOfOf(args);
  refuseIdleFlags(args, settings, samplesOf(args), beamsOf(args)?.count);
  return settings;
}

const samplesOf = (args: SampleArguments) =>
  numberFlag(args.numSamples ?? '1', { flag: '--num-samples', from: 1, to: MOST_TEXTS, whole: true });

function textSettings(args: SampleArguments): TextSettings {
  return {
    maximumTokens: numberFlag(args.maxTokens ?? String(USUAL_TOKENS), { flag: '--max-tokens', ...countRange }),
    minimumTokens: optionalNumberFlag(args.minTokens, { flag: '--min-tokens', ...countRange }),
    stop: args.stop,
    endAtEos: args.endAtEos,
    regex: args.regex,
    temperature: optionalNumberFlag(args.temperature, { flag: '--temperature', ...temperatureRange }),
    ...filterValues(args),
    repetitionPenalty: optionalNumberFlag(args.repetitionPenalty, {
      flag: '--repetition-penalty',
      ...penaltyRanges.repetitionPenalty,
    }),
    frequencyPenalty: optionalNumberFlag(args.frequencyPenalty, {
      flag: '--frequency-penalty',
      ...penaltyRanges.frequencyPenalty,
    }),
    presencePenalty: optionalNumberFlag(args.presencePenalty, {
      flag: '--presence-penalty',
      ...penaltyRanges.presencePenalty,
    }),
    penaltyWindow: optionalNumberFlag(args.penaltyWindow, { flag: '--penalty-window', ...penaltyRanges.penaltyWindow }),
    seed: numberFlag(args.seed ?? '1', { flag: '--seed', ...seedRange }),
    alternatives: optionalNumberFlag(args.showAlternatives, { flag: '--show-alternatives', from: 1, to: 100, whole: true }),
  };
}

function filterValues(args: SampleArguments): TokenFilterOptions {
  return Object.fromEntries(
    tokenFilters.map(({ name, flag, range }) => [name, optionalNumberFlag(args[flag], { flag: `--${flag}`, ...range })]),
  );
}

function beamsOf(args: SampleArguments): SampleRequest['beams'] {
  const count = optionalNumberFlag(args.beams, { flag: '--beams', ...beamRange });
  const lengthPenalty = numberFlag(args.lengthPenalty ?? '1', { flag: '--length-penalty', ...lengthPenaltyRange });
  return count === undefined ? undefined : { count, lengthPenalty };
}

function bestOfOf(args: SampleArguments): SampleRequest['bestOf'] {
  const count = optionalNumberFlag(args.bestOf, { flag: '--best-of', from: 2, to: MOST_TEXTS, whole: true });
  const by = oneOf(['mean', 'total'], args.bestBy ?? 'mean', '--best-by');
  return count === undefined ? undefined : { count, by };
}

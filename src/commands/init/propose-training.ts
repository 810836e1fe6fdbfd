import { parseConfig } from '../../config/load.js';
import type { ResolvedConfig } from '../../config/types.js';
import { UserError } from '../../foundation/errors.js';
import { loadTrainingData } from '../../train/training-data.js';
import { formatCount, formatDuration, plural } from '../../ui/format.js';
import { type ConfigChoices, configText } from './config-text.js';
import { proposePreset } from './corpus-facts.js';
import type { PresetName } from './preset-names.js';
import { presets } from './presets.js';
import { epochsWithin, measureOnnxRuntime, measureSpeed } from './time-budget.js';

/** What is known before a preset is chosen. */
export type KnownChoices = Omit<ConfigChoices, 'preset' | 'reason' | 'batchSize' | 'epochs' | 'speed'>;

export interface Proposal {
  readonly content: string;
  readonly preset: PresetName;
  readonly reason: string | undefined;
  /** Notes for the user. */
  readonly notes: readonly string[];
}

/** The number of characters below which nothing can be learned or measured, and that below which a model learns little. */
const FEWEST = 200;
const FEW = 20_000;
/** Fewest windows in an epoch for a batch size. */
const FEWEST_STEPS = 10;
/** With fewer epochs a smaller network learns more in the same time. */
const FEWEST_EPOCHS = 4;

/** The speed-up of onnxruntime from which it is mentioned. */
const FASTER = 1.3;

/** The next smaller preset. */
const cheaper: Partial<Readonly<Record<PresetName, PresetName>>> = { large: 'bpe', bpe: 'character', character: 'small' };

/**
 * The config that fits the text and the time. It is tested: the text is read, divided and encoded as for training, and a few steps are
 * measured if the time is limited.
 *
 * @param path of the config
 * @param wanted the preset that the user requested; it is kept even when the time is short
 * @throws UserError 'data' for a text that is too short, and errors of reading it
 */
export async function proposeTraining(
  known: KnownChoices,
  path: string,
  budget: number,
  wanted: PresetName | undefined,
): Promise<Proposal> {
  const { facts } = known;
  if (facts.characters < FEWEST) {
    const few = `the text has ${plural(facts.characters, 'character')}, too few to train and to evaluate a model`;
    throw new UserError('data', `${known.corpus}: ${few}; at least ${FEWEST} are needed, and 100,000 or more are better`);
  }
  const fitting = proposePreset(facts);
  let preset = wanted ?? fitting.preset;
  let tried = await tryPreset(known, path, budget, preset);
  let reason = preset === fitting.preset ? fitting.reason : undefined;
  while (wanted === undefined && tried.epochs < Math.min(FEWEST_EPOCHS, tried.fullEpochs) && cheaper[preset] !== undefined) {
    const slower = preset;
    preset = cheaper[preset]!;
    reason = `in the given time, ${slower} would train for too few epochs`;
    tried = await tryPreset(known, path, budget, preset);
  }
  const epochs = Math.max(1, Math.floor(tried.epochs));
  const speed = speedLine(tried);
  const notes = [
    ...shortText(known),
    ...(speed === undefined ? [] : [speed]),
    ...(await timeNotes(tried)),
    ...unseenNotes(known),
  ];
  return {
    content: configText({ ...known, preset, reason, batchSize: tried.batchSize, epochs, speed }),
    preset,
    reason,
    notes,
  };
}

interface Trial {
  readonly config: ResolvedConfig;
  readonly vocabularySize: number;
  readonly batchSize: number;
  /** Epochs that suit the text, and the epochs that fit into the time: a fraction when not even one does. */
  readonly fullEpochs: number;
  readonly epochs: number;
  /** Absent when the time is not limited. */
  readonly measured?: { readonly tokensPerSecond: number; readonly secondsPerEpoch: number };
}

async function tryPreset(known: KnownChoices, path: string, budget: number, preset: PresetName): Promise<Trial> {
  const { facts } = known;
  const { characters, sequenceLength, batchSize: usual } = presets[preset];
  const fullEpochs = Math.min(30, Math.max(2, Math.round(characters / facts.characters)));
  const configOf = (batchSize: number) =>
    parseConfig(configText({ ...known, preset, reason: undefined, batchSize, epochs: fullEpochs, speed: undefined }), path);
  const { train, validation, vocabularySize } = await countTokens(configOf(usual), known, preset);
  let batchSize = usual;
  while (batchSize > 2 && train / (batchSize * sequenceLength) < FEWEST_STEPS) batchSize = 2 * Math.ceil(batchSize / 4);
  const trial = { config: configOf(batchSize), vocabularySize, batchSize, fullEpochs };
  if (!Number.isFinite(budget)) return { ...trial, epochs: fullEpochs };
  const tokensPerSecond = await measureSpeed(trial.config, vocabularySize);
  const fitting = epochsWithin(budget, { train, validation }, tokensPerSecond);
  return { ...trial, epochs: Math.min(fullEpochs, fitting), measured: { tokensPerSecond, secondsPerEpoch: budget / fitting } };
}

/** Reads and encodes the text as training will; for a very long text the number is only estimated. */
async function countTokens(config: ResolvedConfig, { facts }: KnownChoices, preset: PresetName) {
  const { tokenizer } = config;
  if (!facts.whole && tokenizer.type === 'bpe') {
    // Byte-pair encoding has no unknown characters, so encoding need not be tested.
    const tokens = facts.characters / presets[preset].charactersPerToken;
    return { train: tokens * 0.9, validation: tokens * 0.05, vocabularySize: Number(tokenizer.vocabularySize) };
  }
  const data = await loadTrainingData(facts.whole ? { ...config, corpus: { ...config.corpus, cache: 'off' } } : config);
  const counts = {
    train: data.train.length,
    validation: data.validation?.length ?? 0,
    vocabularySize: data.tokenizer.vocabulary.size,
  };
  data.close();
  return counts;
}

function shortText({ facts }: KnownChoices): string[] {
  if (facts.characters >= FEW) return [];
  const learns = 'the model will learn the spelling of words and little of their order';
  const better =
    '100,000 characters or more are better, or the weights of a model of a similar text (train --from MODEL, with a config without the sections model and tokenizer)';
  return [`the text is short (${plural(facts.characters, 'character')}): ${learns}; ${better}`];
}

function speedLine({ measured, epochs }: Trial): string | undefined {
  if (measured === undefined) return undefined;
  const whole = Math.max(1, Math.floor(epochs));
  const time = `${plural(whole, 'epoch')} ${whole === 1 ? 'takes' : 'take'} about ${formatDuration(whole * measured.secondsPerEpoch)}`;
  return `typed-array trains ${formatCount(measured.tokensPerSecond)} tokens/s here: ${time}`;
}

async function timeNotes({ config, vocabularySize, measured, epochs, fullEpochs }: Trial): Promise<string[]> {
  if (measured === undefined) return [];
  const notes: string[] = [];
  if (epochs < 1) notes.push('one epoch takes longer than the given time: choose a smaller preset or a shorter text');
  else if (epochs < fullEpochs) notes.push(`${plural(fullEpochs, 'epoch')} would suit the text; the time allows fewer`);
  const ratio = ((await measureOnnxRuntime(config, vocabularySize)) ?? 0) / measured.tokensPerSecond;
  if (ratio >= FASTER)
    notes.push(`onnxruntime is installed and ${ratio.toFixed(1)} times as fast here: train with --engine onnxruntime`);
  return notes;
}

function unseenNotes({ settings: { unseen, minimumCount } }: KnownChoices): string[] {
  if (unseen.length === 0 || minimumCount === 1) return [];
  const shown = unseen
    .slice(0, 5)
    .map((character) => JSON.stringify(character))
    .join(', ');
  return [
    `${plural(unseen.length, 'character')} (${shown}${unseen.length > 5 ? ', ...' : ''}) occur in the held-out parts only: they, and characters seen fewer than ${minimumCount} times, become <unk>`,
  ];
}

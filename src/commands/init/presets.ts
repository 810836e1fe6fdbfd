import { cells } from '../../model/cells/index.js';
import type { PresetName } from './preset-names.js';

/** A preset: the sections of a config that do not depend on the text, as YAML with comments. */
export interface Preset {
  /** Its purpose, in a few words. */
  readonly purpose: string;
  readonly tokenizer: string;
  readonly model: string;
  /** The dropout for a text of the preset's intended size. */
  readonly dropout: number;
  readonly batchSize: number;
  readonly sequenceLength: number;
  readonly learningRate: number;
  /** For English text, approximately. */
  readonly charactersPerToken: number;
  /** Characters to train on in total, from which the number of epochs follows. */
  readonly characters: number;
}

const words = `  type: word
  punctuation: separate # a comma is a token of its own, and decoding restores the spacing
  minimumCount: 2 # words seen once become <unk>
  maximumSize: 20000`;
const characters = '  type: character # one token for each Unicode character';
const cell = `  cell: { type: lstm } # ${cells.map(({ type }) => type).join(', ')}`;

/** Below this number of characters a network memorises the text within its epochs. */
const SMALL = 100_000;

/** Dropout against overfitting: more for a small text (docs/design/proposing-a-config.md). */
export const dropoutFor = (preset: PresetName, characters: number) =>
  characters < SMALL ? Math.max(presets[preset].dropout, 0.3) : presets[preset].dropout;

export const presets: Readonly<Record<PresetName, Preset>> = {
  quickstart: {
    purpose: 'one wide layer over characters, small batches: trains in minutes',
    tokenizer: characters,
    model: `${cell}
  layers: 1
  hiddenSize: 256`,
    dropout: 0,
    batchSize: 4,
    sequenceLength: 128,
    learningRate: 0.003,
    charactersPerToken: 1,
    characters: 6e6,
  },
  small: {
    purpose: 'a small network over characters: for short texts and first tries',
    tokenizer: characters,
    model: `${cell}
  layers: 1
  hiddenSize: 128`,
    dropout: 0.1,
    batchSize: 8,
    sequenceLength: 64,
    learningRate: 0.004,
    charactersPerToken: 1,
    characters: 6e6,
  },
  character: {
    purpose: 'two layers over characters: for texts of a megabyte or so',
    tokenizer: characters,
    model: `${cell}
  layers: 2
  embeddingSize: 128
  hiddenSize: 256`,
    dropout: 0.2,
    batchSize: 32,
    sequenceLength: 64,
    learningRate: 0.004,
    charactersPerToken: 1,
    characters: 8e6,
  },
  word: {
    purpose: 'two layers over words: for some megabytes with blanks in them',
    tokenizer: words,
    model: `${cell}
  layers: 2
  hiddenSize: 256
  tieWeights: true # the decoder's weights are the embedding's: half the parameters, and often better`,
    dropout: 0.4,
    batchSize: 20,
    sequenceLength: 35,
    learningRate: 0.002,
    charactersPerToken: 5,
    characters: 30e6,
  },
  bpe: {
    purpose: 'two layers over byte pairs: for any script, some megabytes',
    tokenizer: `  type: bpe # frequent sequences of bytes are tokens; nothing is unknown, in any script
  vocabularySize: 4000`,
    model: `${cell}
  layers: 2
  hiddenSize: 320
  tieWeights: true # the decoder's weights are the embedding's: fewer parameters, and often better`,
    dropout: 0.2,
    batchSize: 32,
    sequenceLength: 64,
    learningRate: 0.003,
    charactersPerToken: 3.5,
    characters: 30e6,
  },
  large: {
    purpose: 'two wide layers over byte pairs: for tens of megabytes, and hours',
    tokenizer: `  type: bpe # frequent sequences of bytes are tokens; nothing is unknown, in any script
  vocabularySize: 8000`,
    model: `${cell}
  layers: 2
  hiddenSize: 640
  tieWeights: true # the decoder's weights are the embedding's: fewer parameters, and often better`,
    dropout: 0.3,
    batchSize: 32,
    sequenceLength: 64,
    learningRate: 0.002,
    charactersPerToken: 3.5,
    characters: 100e6,
  },
  fill: {
    purpose: 'words in both directions, to fill the blanks of a text with textloom fill',
    tokenizer: `${words}
  case: lower`,
    model: `  bidirectional: true # a forward and a backward stack of the layers below, which share the embedding
${cell}
  layers: 1
  hiddenSize: 128
  tieWeights: true # the decoder's weights are the embedding's: half the parameters, and often better`,
    dropout: 0.2,
    batchSize: 8,
    sequenceLength: 32,
    learningRate: 0.004,
    charactersPerToken: 5,
    characters: 6e6,
  },
};

/** Whether the preset's tokens are characters. */
export const isOfCharacters = (preset: PresetName) => presets[preset].tokenizer === characters;

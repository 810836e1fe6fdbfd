import { formatCount } from '../../ui/format.js';
import { type CorpusFacts, describeCorpus } from './corpus-facts.js';
import type { CorpusSettings } from './fit-corpus.js';
import type { PresetName } from './preset-names.js';
import { dropoutFor, isOfCharacters, presets } from './presets.js';

export interface ConfigChoices {
  readonly name: string;
  readonly preset: PresetName;
  /** Why this preset was chosen; absent when the user requested it. */
  readonly reason: string | undefined;
  /** Path of the text, relative to the config. */
  readonly corpus: string;
  readonly facts: CorpusFacts;
  readonly settings: CorpusSettings;
  /** Path of the JSON Schema for editors. */
  readonly schema: string;
  /** The next command to type. */
  readonly command: string;
  readonly batchSize: number;
  readonly epochs: number;
  /** The measured speed, for a comment. */
  readonly speed: string | undefined;
}

/** The text of the config, with comments on the keys that users are likely to change. */
export function configText(choices: ConfigChoices): string {
  const { name, preset, reason, corpus, facts, settings, schema, command, batchSize, epochs, speed } = choices;
  const { tokenizer, model, sequenceLength, learningRate, charactersPerToken, purpose } = presets[preset];
  const steps = (epochs * facts.characters) / charactersPerToken / (batchSize * sequenceLength);
  const warmupSteps = Math.min(100, Math.max(1, Math.round(steps / 20)));
  const dropout = dropoutFor(preset, facts.characters);
  return `# yaml-language-server: $schema=${inComment(schema)}
#
# The preset ${preset}: ${purpose}.
# The text has ${describeCorpus(facts)}.${reason === undefined ? '' : `\n# It was proposed because ${reason}.`}${speed === undefined ? '' : `\n# ${inComment(speed)}`}
#
#   ${inComment(command)} --dry-run  # shows how long it will take
#   ${inComment(command)}
#
# An editor that uses the schema above explains every key.

name: ${scalar(name)}
seed: 1 # the same seed gives the same model, bit for bit

corpus:
  path: ${scalar(corpus)}
${corpusLines(settings)}

tokenizer:
${tokenizer}${tokenizerLine(preset, settings)}

model:
${model}${dropout === 0 ? '' : `\n  dropout: ${dropout} # against memorizing the text; use less for a longer text`}

training:
  epochs: ${epochs} # passes over the training text; ${formatCount(facts.characters)} characters${facts.whole ? '' : ' and more'} each time
  batchSize: ${batchSize} # parallel streams of the text: fewer give more updates per epoch, more are faster
  sequenceLength: ${sequenceLength} # tokens per window: gradients flow back at most so far; the state is carried further
  optimizer:
    type: adam
    learningRate: ${learningRate}
  schedule:
    type: cosine # linear warm-up, then decay to zero along half a cosine
    warmupSteps: ${warmupSteps}
  clipping:
    type: norm # against exploding gradients
    threshold: 1
  validation: { everyEpochs: 1 } # the best model by validation is kept
`;
}

function corpusLines({ split, boundary, normalization }: CorpusSettings): string {
  const lines =
    split.test === undefined
      ? [`  split: { train: ${split.train}, validation: ${split.validation} } # the text is short, so it has no test part`]
      : [
          '  # The first part is for training, the second for validation, the last for one test at the end of the run.',
          `  split: { train: ${split.train}, validation: ${split.validation}, test: ${split.test} }`,
        ];
  if (boundary !== 'line') lines.push(`  boundary: ${boundary} # the text has too few line ends to cut it at line ends`);
  const { unicode, newlines } = normalization;
  if (newlines !== 'keep')
    lines.push(`  normalization:`, `    newlines: ${newlines} # the text has other line ends than line feeds`);
  if (unicode !== 'none') {
    if (newlines === 'keep') lines.push('  normalization:');
    lines.push(`    unicode: ${unicode} # the text has letters with separate accents; typed text usually does not`);
  }
  return lines.join('\n');
}

/** Only a character vocabulary needs it: in a word vocabulary rare words are <unk> anyway, and all bytes are known. */
function tokenizerLine(preset: PresetName, { minimumCount }: CorpusSettings): string {
  if (minimumCount === 1 || !isOfCharacters(preset)) return '';
  return `\n  minimumCount: ${minimumCount} # rarer characters become <unk>, and so do those that only the other parts have`;
}

/** A YAML scalar whose value is this text. */
function scalar(text: string): string {
  const plain = /^[A-Za-z./][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|[.]+(inf|nan)?|[\d.e]+)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** Text for a comment, which must not contain line ends. */
const inComment = (text: string) => text.replace(/[\s\p{C}]+/gu, ' ');

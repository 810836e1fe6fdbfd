import { formatCount } from '../../ui/format.js';
import { type CorpusFacts, describeCorpus } from './corpus-facts.js';
import type { PresetName } from './preset-names.js';
import { presets } from './presets.js';

export interface ConfigChoices {
  readonly name: string;
  readonly preset: PresetName;
  /** Why this preset; absent when it was asked for. */
  readonly reason: string | undefined;
  /** Path of the text, relative to the config. */
  readonly corpus: string;
  readonly facts: CorpusFacts;
  /** Path of the JSON Schema for editors. */
  readonly schema: string;
  /** The command that comes next, as it is typed. */
  readonly command: string;
}

/** Below it, a twentieth of the text is too short to measure anything by. */
const SHORT = 50_000;

/** The config, with a word on everything that one may want to change. */
export function configText({ name, preset, reason, corpus, facts, schema, command }: ConfigChoices): string {
  const { tokenizer, model, batchSize, sequenceLength, learningRate, characters, charactersPerToken, purpose } =
    presets[preset];
  const epochs = Math.min(30, Math.max(2, Math.round(characters / facts.characters)));
  const steps = (epochs * facts.characters) / charactersPerToken / (batchSize * sequenceLength);
  const warmupSteps = Math.min(100, Math.max(1, Math.round(steps / 20)));
  const split =
    facts.characters < SHORT
      ? '  split: { train: 0.85, validation: 0.15 } # the text is short: all that is not learned measures progress'
      : `  # The beginning is for learning, the next part for measuring progress, the end is looked at once, when all is done.
  split: { train: 0.9, validation: 0.05, test: 0.05 }`;
  return `# yaml-language-server: $schema=${inComment(schema)}
#
# The preset ${preset}: ${purpose}.
# The text has ${describeCorpus(facts)}.${reason === undefined ? '' : `\n# It was proposed because ${reason}.`}
#
#   ${inComment(command)} --dry-run  # how long it will take
#   ${inComment(command)}
#
# Every key is explained where an editor shows the schema above.

name: ${scalar(name)}
seed: 1 # the same seed gives the same model, bit for bit

corpus:
  path: ${scalar(corpus)}
${split}

tokenizer:
${tokenizer}

model:
${model}

training:
  epochs: ${epochs} # times that the text is read; ${formatCount(facts.characters)} characters${facts.whole ? '' : ' and more'} each time
  batchSize: ${batchSize} # places of the text that are read side by side: fewer learn more from a short text, more are faster
  sequenceLength: ${sequenceLength} # tokens through which the error flows back; what is remembered may be older
  optimizer:
    type: adam
    learningRate: ${learningRate}
  schedule:
    type: cosine # a short rise, then a long fall to zero: large steps first, care at the end
    warmupSteps: ${warmupSteps}
  clipping:
    type: norm # against exploding gradients
    threshold: 1
  validation: { everyEpochs: 1 } # the best model by validation is kept
`;
}

/** A YAML scalar that reads back as this text. */
function scalar(text: string): string {
  const plain = /^[A-Za-z./][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|[.]+(inf|nan)?|[\d.e]+)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** A comment ends with its line. */
const inComment = (text: string) => text.replace(/[\s\p{C}]+/gu, ' ');

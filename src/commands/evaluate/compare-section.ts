import { pairedDifference } from '../../evaluate/paired-difference.js';
import { UserError } from '../../foundation/errors.js';
import { directionOf } from '../../model/stacks.js';
import { formatCount } from '../../ui/format.js';
import { percent } from './main-section.js';
import type { Evaluation, Reading, ReportSection } from './report-section.js';

/** Compares this model with another one on the same text. */
export async function compareSection(evaluation: Evaluation, path: string): Promise<ReportSection> {
  const other = await evaluation.readByAnother(path);
  checkDirections(evaluation, other);
  const paired = pairedDifference(evaluation.text, scored(evaluation), scored(other), evaluation.interval);
  const { by, count, nats, difference, interval } = paired;
  const [scale, measure] = by === 'token' ? [1, 'nats per token'] : [1 / Math.LN2, 'bits per character'];
  const shown = (value: number) => (value * scale).toFixed(4);
  const signed = (value: number) => (value < 0 ? shown(value) : `+${shown(value)}`);
  const verdict = interval && (interval.low > 0 ? 'other' : interval.high < 0 ? 'this' : 'neither');
  return {
    key: 'comparison',
    title: `compared with ${other.model.path}`,
    rows: [
      [`${measure}, this model`, shown(nats[0] / count)],
      [`${measure}, the other`, shown(nats[1] / count)],
      ['difference', signed(difference)],
      [
        `  ${percent(evaluation.interval.confidence)} confidence`,
        interval ? `${signed(interval.low)} to ${signed(interval.high)}` : 'text too short',
      ],
      [`${by}s compared`, formatCount(count)],
    ],
    lines: [
      ...(by === 'character' ? ['The tokens differ: compared on the pieces of text between common token ends.'] : []),
      ...(by === 'character' && hasUnknown(evaluation, other)
        ? ['The cost of spelling out <unk> is not included, so the model with more <unk> appears better than it is.']
        : []),
      ...(verdict === undefined ? [] : [verdicts[verdict]]),
    ],
    json: {
      model: other.model.path,
      by,
      count,
      natsPerUnit: nats.map((sum) => sum / count),
      difference,
      ...(interval && { confidenceInterval: interval, better: verdict }),
    },
  };
}

/** @throws UserError usage for models that read in different directions, and for different tokens that are read from the end */
function checkDirections(own: Reading, other: Reading): void {
  const [one, another] = [own, other].map(({ model }) => directionOf(model.options));
  if (one !== another)
    throw new UserError(
      'usage',
      `--compare ${other.model.path}: it reads ${another}, and ${own.model.path} reads ${one}; compare models of one direction`,
    );
  if (one === 'backward' && !own.tokens.every((id, i) => id === other.tokens[i]))
    throw new UserError(
      'usage',
      `--compare ${other.model.path}: models that read backward are compared on the same tokens only`,
    );
}

const verdicts = {
  this: 'This model predicts the text better: 0 is outside of the interval.',
  other: 'The other model predicts the text better: 0 is outside of the interval.',
  neither: 'The text does not show which model is better: 0 is in the interval.',
} as const;

const scored = ({ model, tokens, losses }: Reading) => ({ tokenizer: model.tokenizer, tokens, losses });

function hasUnknown(...readings: readonly Reading[]): boolean {
  return readings.some(({ model, tokens }) => {
    const { unknownId } = model.tokenizer.vocabulary;
    return unknownId !== undefined && tokens.includes(unknownId);
  });
}

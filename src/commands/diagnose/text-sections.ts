import type { Evidence } from '../../diagnose/evidence.js';
import { asPercent, digits } from '../../diagnose/findings/finding.js';
import { formatLoss } from '../../ui/format.js';
import { type ReportLines, reportSection } from '../shared/report-lines.js';

/** The validation text beside the training text, and what the model does not use of the text before. */
export function textSections({ fact }: ReportLines, { texts, unused }: Pick<Evidence, 'texts' | 'unused'>): string[] {
  const compared = texts && [
    ...(texts.passages === 0
      ? []
      : fact('copied', `${texts.copied} of ${texts.passages} passages of the validation text are in the training text`)),
    ...fact(
      'distance',
      `the tokens of both are ${digits(texts.distance)} bits apart; those of random places of the training text ${digits(texts.usualDistance)}`,
    ),
  ];
  const gain = Math.max(...(unused?.gains ?? []));
  const missed =
    unused &&
    fact(
      'not used',
      `the token ${unused.gains.indexOf(gain) + 1} places before the predicted one would lower the loss of ${formatLoss(unused.natsPerToken)} by ${asPercent(Math.max(0, gain) / unused.natsPerToken)}, more than any other of the last ${unused.gains.length}`,
    );
  const lines = [...(compared ?? []), ...(missed ?? [])];
  return lines.length === 0 ? [] : [reportSection('Texts', lines)];
}

import type { ExaminedSpike } from '../../diagnose/evidence.js';
import { digits } from '../../diagnose/findings/finding.js';
import { printable } from '../../foundation/printable.js';
import { formatCount, formatLoss } from '../../ui/format.js';
import { type ReportLines, reportSection } from '../shared/report-lines.js';

/** Characters of a row that are shown. */
const SHOWN = 300;

/** Sudden rises of the training loss, each with the text of the batch that the model finds hardest. */
export function spikesSection({ fact }: ReportLines, spikes: readonly ExaminedSpike[]): string[] {
  if (spikes.length === 0) return [];
  const lines = spikes.flatMap(({ from, to, loss, usual, deviations, until, peak, batch }) => [
    ...fact(
      `steps ${formatCount(from)}-${formatCount(to)}`,
      `loss ${formatLoss(loss)}, ${digits(deviations)} robust standard deviations above the median of the lines before, ${formatLoss(usual)}; high up to step ${formatCount(until)}, at most ${formatLoss(peak)}`,
    ),
    ...fact(
      '  batch',
      `of step ${formatCount(batch.step)}: of these steps and the one before, the model now has the highest loss there, ${formatLoss(batch.natsPerToken)}`,
    ),
    ...batch.rows.flatMap(({ row, natsPerToken, text, worst }) =>
      fact(
        `  row ${row + 1}`,
        `loss ${formatLoss(natsPerToken)}, most at "${printable(worst.token, 40)}" (${formatLoss(worst.nats)}): "${printable(text, SHOWN)}"`,
      ),
    ),
  ]);
  return [reportSection('Spikes of the training loss', lines)];
}

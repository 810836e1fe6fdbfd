import { type EffectiveContext, measureEffectiveContext } from '../../evaluate/effective-context.js';
import { UserError } from '../../foundation/errors.js';
import { hasIndependentDocuments } from '../../model/model-description.js';
import { formatCount, plural } from '../../ui/format.js';
import { withParameters } from './dependent-flags.js';
import type { Evaluation, ReportSection } from './report-section.js';

interface ContextChoice {
  readonly longest: number;
  readonly positions: number;
}

/** Columns of the longest bar. */
const BAR = 40;

/** The loss by length of history, with bars. */
export async function contextSection(evaluation: Evaluation, choice: ContextChoice): Promise<ReportSection> {
  const { engine, tokens, progress } = evaluation;
  const model = withParameters(evaluation.model);
  if (hasIndependentDocuments(evaluation.model))
    throw new UserError('usage', '--context: this model reads nothing before the document of a token; leave it out');
  const context = await measureEffectiveContext({
    engine,
    model,
    tokens,
    ...choice,
    onProgress: progress('with less history'),
  });
  const { positions, flattensAt } = context;
  return {
    key: 'context',
    title: `loss by length of history, on ${plural(positions, 'token')}`,
    lines: [...chart(context), conclusion(context)],
    json: { positions, losses: context.losses, flattensAt: flattensAt ?? null },
  };
}

/** Bars begin at the lowest loss, which all useful history reaches. */
function chart({ losses }: EffectiveContext): string[] {
  const nats = losses.map(({ natsPerToken }) => natsPerToken);
  const [least, most] = [Math.min(...nats), Math.max(...nats)];
  const row = (history: string, loss: string, bar: string) => `${history.padStart(8)}${loss.padStart(16)}  ${bar}`.trimEnd();
  return [
    row('history', 'nats per token', 'above the lowest'),
    ...losses.map(({ history, natsPerToken }) => {
      const share = most > least ? (natsPerToken - least) / (most - least) : 0;
      return row(formatCount(history), natsPerToken.toFixed(4), '#'.repeat(Math.round(BAR * share)));
    }),
  ];
}

function conclusion({ losses, flattensAt }: EffectiveContext): string {
  const longest = losses.at(-1)!.history;
  if (flattensAt === undefined) return `More history still helps at ${plural(longest, 'token')}.`;
  return `Flat from ${plural(flattensAt, 'token')} on: up to ${formatCount(longest)}, the loss falls by less than 1%.`;
}

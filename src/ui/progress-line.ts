import type { StartEvent, StepEvent } from '../train/events.js';
import { type BarField, barLine } from './bar-line.js';
import { formatCount, formatDuration, formatPerplexity, formatRate } from './format.js';
import type { Rate } from './rate.js';

/**
 * One line of at most `columns` characters; the bar fills what the numbers leave. If there is too little room, the least important numbers
 * are omitted first, and the bar last. Numbers have fixed widths, so that nothing moves when they change.
 *
 * @param loss smoothed over the last steps
 */
export function progressLine(event: StartEvent | StepEvent, rate: Rate, loss: number, columns: number): string {
  return barLine(event.step / event.steps, fieldsOf(event, rate, loss), columns);
}

/** All fields, each with its width for the whole run; unknown values are blank. */
function fieldsOf(event: StartEvent | StepEvent, { tokensPerSecond, secondsLeft }: Rate, loss: number): BarField[] {
  const { step, steps, epochs } = event;
  const total = formatCount(steps);
  const lasts = String(epochs);
  const [epoch, shownLoss, perplexity] =
    event.type === 'start' ? ['', '', ''] : [String(event.epoch), inFive(loss), inSix(Math.exp(loss))];
  const known = (text: string, unknown: boolean) => (unknown ? ' '.repeat(text.length) : text);
  return [
    { text: known(`epoch ${epoch.padStart(lasts.length)}/${lasts}`, epoch === ''), worth: 4 },
    { text: `${formatCount(step).padStart(total.length)}/${total}`, worth: 1 },
    { text: known(`loss ${shownLoss.padStart(5)}`, shownLoss === ''), worth: 6 },
    { text: known(`ppl ${perplexity.padStart(6)}`, perplexity === ''), worth: 2 },
    {
      text: known(`${formatRate(tokensPerSecond ?? 0).padStart(5)} tok/s`, tokensPerSecond === undefined),
      worth: 3,
    },
    { text: known(`${formatDuration(secondsLeft ?? 0).padStart(7)} left`, secondsLeft === undefined), worth: 5 },
  ];
}

/** A number from 0 to 99,999 in five characters, with at most three decimals; a larger finite one also in five (`5e+11`). */
function inFive(value: number): string {
  if (value >= 99_999.5) return Number.isFinite(value) ? value.toExponential(0) : 'inf';
  const whole = Math.floor(value + 0.0005).toString().length;
  return value.toFixed(Math.min(3, Math.max(0, 4 - whole)));
}

/** Any perplexity in six characters. */
function inSix(perplexity: number): string {
  return perplexity < 999_999.5 ? formatPerplexity(perplexity) : inFive(perplexity);
}

import type { StartEvent, StepEvent } from '../train/events.js';
import { formatCount, formatDuration, formatPerplexity, formatRate } from './format.js';
import type { Rate } from './rate.js';

/** Widths of the bar itself, brackets not counted. */
const smallestBar = 10;
const largestBar = 50;

/**
 * One line of at most `columns` characters: the bar takes the room that the numbers leave. Where there is too little, the numbers that
 * can be missed most easily go first.
 */
export function progressLine(event: StartEvent | StepEvent, rate: Rate, columns: number): string {
  const fields = fieldsOf(event, rate);
  const shown = new Set(fields);
  const textOf = () =>
    fields
      .filter((field) => shown.has(field))
      .map(({ text }) => text)
      .join('  ');
  for (const field of fields.toSorted((a, b) => a.worth - b.worth)) {
    if (columns - textOf().length - 4 >= smallestBar) break;
    shown.delete(field);
  }
  const text = textOf();
  const room = columns - text.length - (text === '' ? 2 : 4);
  const bar = barOf(event.step / event.steps, Math.min(room, largestBar));
  return text === '' ? bar : `${bar}  ${text}`;
}

interface Field {
  text: string;
  /** What is worth least goes first. */
  worth: number;
}

function fieldsOf(event: StartEvent | StepEvent, { tokensPerSecond, secondsLeft }: Rate): Field[] {
  const count = { text: `${formatCount(event.step)}/${formatCount(event.steps)}`, worth: 1 };
  if (event.type === 'start') return [count];
  return [
    { text: `epoch ${event.epoch}/${event.epochs}`, worth: 4 },
    count,
    { text: `loss ${event.loss.toFixed(3)}`, worth: 6 },
    { text: `ppl ${formatPerplexity(Math.exp(event.loss))}`, worth: 2 },
    ...(tokensPerSecond === undefined ? [] : [{ text: `${formatRate(tokensPerSecond)} tok/s`, worth: 3 }]),
    ...(secondsLeft === undefined ? [] : [{ text: `${formatDuration(secondsLeft)} left`, worth: 5 }]),
  ];
}

function barOf(progress: number, width: number): string {
  if (width < 1) return '';
  const filled = Math.min(width, Math.floor(progress * width));
  const head = filled > 0 && filled < width ? '>' : '';
  return `[${'='.repeat(filled - head.length)}${head}${' '.repeat(width - filled)}]`;
}

import { formatCount } from '../../ui/format.js';
import type { QuotationBlock, ReportBlock } from '../blocks.js';
import type { ReportedRun } from '../reported-run.js';
import type { LoggedSample } from '../written-samples.js';
import type { ReportPart } from './part.js';

/** Samples of a prompt that are shown, evenly from the first to the last, and the most characters of each. */
const MOST_SAMPLES = 8;
const LONGEST = 1500;
const MOST_PROMPTS = 6;

/** What the models wrote during training. */
export const samples: ReportPart = {
  id: 'samples',
  title: 'Samples over time',
  blocks({ runs }) {
    const found = runs.flatMap((run): ReportBlock[] => {
      const blocks = samplesOf(run);
      if (blocks.length === 0 || runs.length === 1) return blocks;
      return [{ type: 'folded', title: run.name, isOpen: false, blocks }];
    });
    if (found.length === 0) return [];
    const text =
      'Texts that the model wrote during training, each with the same random numbers: two samples of a prompt differ only because the ' +
      'model has changed. Each text begins with its prompt.';
    return [{ type: 'paragraph', text }, ...found];
  },
};

function samplesOf({ samples: logged }: ReportedRun): ReportBlock[] {
  const byPrompt = new Map<string, LoggedSample[]>();
  for (const sample of logged) {
    const list = byPrompt.get(sample.prompt);
    if (list === undefined) byPrompt.set(sample.prompt, [sample]);
    else list.push(sample);
  }
  const prompts = [...byPrompt.values()];
  const left = prompts.length - MOST_PROMPTS;
  return [
    ...prompts.slice(0, MOST_PROMPTS).flatMap((list) => evenly(list, MOST_SAMPLES).map(quotation)),
    ...(left > 0
      ? [{ type: 'paragraph', text: `Samples of ${left} more prompts are in samples.jsonl.` } satisfies ReportBlock]
      : []),
  ];
}

function quotation({ step, epoch, prompt, text, failure }: LoggedSample): QuotationBlock {
  const place = `After step ${formatCount(step)}${epoch === undefined ? '' : `, epoch ${epoch}`}`;
  return { type: 'quotation', label: place, prompt: cut(prompt), text: text === undefined ? `No text: ${failure}` : cut(text) };
}

function cut(text: string): string {
  const characters = [...text.slice(0, 2 * LONGEST)];
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST).join('')} [...]` : text;
}

function evenly<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!);
}

import { type Memorization, measureMemorization, usualLengths } from '../../evaluate/memorization/memorization.js';
import { inReadingOrder } from '../../model/stacks.js';
import { sampleTokens } from '../../sample/sample-tokens.js';
import { formatCount, plural } from '../../ui/format.js';
import type { Evaluation, ReportSection } from './report-section.js';
import { trainingTokens } from './training-tokens.js';

interface MemorizationChoice {
  readonly texts: number;
  readonly length: number;
}

/** Compares sampled texts with the training text. */
export async function memorizationSection(evaluation: Evaluation, choice: MemorizationChoice): Promise<ReportSection> {
  const { engine, model, tokens, interval } = evaluation;
  const train = await trainingTokens(evaluation, '--memorization');
  const { seed } = interval;
  const sampled = await sampleTokens({ engine, model, ...choice, seed });
  const found = measureMemorization({ sampled, train, heldOut: tokens, lengths: usualLengths(model.tokenizer.type) });
  const textOf = (ids: Int32Array) => model.tokenizer.decode(inReadingOrder(model.options, ids));
  const [passage, heldOutPassage] = [textOf(found.longestSampled), textOf(found.longestHeldOut)];
  return {
    key: 'memorization',
    title: `share of n-grams that occur in the training text, in ${plural(choice.texts, 'sampled text')}`,
    lines: [
      ...shareTable(found),
      `longest copied passage: ${plural(found.longestSampled.length, 'token')} (held out: ${formatCount(found.longestHeldOut.length)})`,
      ...(passage === '' ? [] : [`  ${shown(passage)}`]),
    ],
    json: {
      ...choice,
      seed,
      sampledTokens: found.sampledTokens,
      heldOutTokens: found.heldOutTokens,
      shares: found.shares,
      longest: {
        sampled: passageJson(found.longestSampled, passage),
        heldOut: passageJson(found.longestHeldOut, heldOutPassage),
      },
    },
  };
}

function shareTable({ shares, sampledTokens, heldOutTokens }: Memorization): string[] {
  const row = (n: string, sampled: string, heldOut: string) => `${n.padStart(8)}${sampled.padStart(15)}${heldOut.padStart(15)}`;
  const share = (value: number) => `${(100 * value).toFixed(1)}%`;
  return [
    row('n', 'sampled', 'held out'),
    ...shares.map(({ n, sampled, heldOut }) => row(formatCount(n), share(sampled), share(heldOut))),
    row('tokens', formatCount(sampledTokens), formatCount(heldOutTokens)),
  ];
}

/** The most characters of a passage that are shown. */
const MOST = 300;

/** A passage on one line: line ends become symbols, and control characters are shown by number. */
function shown(passage: string): string {
  const characters = [...passage];
  const cut = characters.length > MOST ? `${characters.slice(0, MOST).join('')} …` : passage;
  return cut.replace(/\r?\n/g, ' ⏎ ').replaceAll('\t', ' ');
}

const passageJson = (tokens: Int32Array, text: string) => ({ tokens: tokens.length, text });

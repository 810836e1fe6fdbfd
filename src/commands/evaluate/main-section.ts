import { terminalSafe } from '../../sample/terminal-safe.js';
import { formatCount, formatPerplexity } from '../../ui/format.js';
import type { Evaluation, ReportSection } from './report-section.js';

/** What every report begins with: how well the text is predicted. */
export function mainSection({ model, subject, tokens, result }: Evaluation): ReportSection {
  const { type, vocabulary } = model.tokenizer;
  const unit = type === 'character' || type === 'byte' ? type : 'token';
  const unknown = countUnknown(tokens, vocabulary.unknownId);
  return {
    rows: [
      ['nats per token', result.natsPerToken.toFixed(4)],
      ['perplexity', formatPerplexity(result.perplexity)],
      [`bits per ${unit}`, result.bitsPerToken.toFixed(4)],
      ['tokens', formatCount(result.tokens)],
      ...(unknown === undefined ? [] : ([['of them <unk>', formatCount(unknown)]] as const)),
    ],
    json: {
      model: model.path,
      text: subject.name,
      ...(subject.split !== undefined && { split: subject.split }),
      ...result,
      ...(unit === 'character' && { bitsPerCharacter: result.bitsPerToken }),
      ...(unit === 'byte' && { bitsPerByte: result.bitsPerToken }),
      ...(unknown !== undefined && { unknownTokens: unknown }),
    },
  };
}

/** The line above the report. */
export function headingOf({ model, subject }: Evaluation): string {
  return terminalSafe(`${model.path} on ${subject.name}`);
}

/** Predicted tokens that are `<unk>`; undefined when the vocabulary has none. They are easier to predict than the words they hide. */
function countUnknown(tokens: Int32Array, unknownId: number | undefined): number | undefined {
  return unknownId === undefined ? undefined : tokens.subarray(1).reduce((count, id) => count + Number(id === unknownId), 0);
}

import { type Surprisal, tokenSurprisals, wordSurprisals } from '../../evaluate/surprisal.js';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { formatCount } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';
import { createTextOutput } from '../shared/text-output.js';
import { type Evaluation, inTextOrder, type ReportSection } from './report-section.js';

/** Lines that are collected for one write. */
const LINES = 2000;

/** Writes the surprisals, and reports the path. */
export async function surprisalsSection(evaluation: Evaluation, file: string, unit: 'token' | 'word'): Promise<ReportSection> {
  const { model, text } = evaluation;
  const { tokens, losses, unpredicted } = inTextOrder(evaluation);
  const surprisals = (unit === 'word' ? wordSurprisals : tokenSurprisals)(model.tokenizer, tokens, text, losses, unpredicted);
  const jsonl = file.toLowerCase().endsWith('.jsonl');
  let lines = 0;
  function* chunks(): Generator<string> {
    let chunk = jsonl ? '' : tsvHeader(unit);
    for (const surprisal of surprisals) {
      chunk += jsonl ? jsonLine(surprisal, unit) : tsvLine(surprisal);
      if (++lines % LINES > 0) continue;
      yield chunk;
      chunk = '';
    }
    yield chunk;
  }
  if (file === '-') {
    const output = createTextOutput(standardOutput);
    for (const chunk of chunks()) if (!(await output.write(chunk))) break;
    await output.flush();
  } else {
    writeFileAtomically(file, (append) => {
      for (const chunk of chunks()) append(Buffer.from(chunk));
    });
  }
  const where = file === '-' ? 'standard output' : file;
  return {
    title: 'surprisals',
    lines: [`nats of ${formatCount(lines)} ${unit}s: ${where}`],
    key: 'surprisals',
    json: { file: where, unit, lines },
  };
}

const tsvHeader = (unit: string) => `index\toffset\t${unit}\tnats\n`;

/** Numbers have all digits that distinguish a double from its neighbours. */
function tsvLine({ index, offset, piece, nats }: Surprisal): string {
  return `${index}\t${offset}\t${escapeTsv(piece)}\t${nats}\n`;
}

function jsonLine({ index, offset, piece, nats }: Surprisal, unit: string): string {
  return `${terminalSafeJson({ index, offset, [unit]: piece, nats }, 0)}\n`;
}

/** Escapes backslash, tab and line ends, as in string literals of many languages. */
function escapeTsv(text: string): string {
  return text.replace(/[\\\t\n\r]/g, (character) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n' })[character] ?? '\\r');
}

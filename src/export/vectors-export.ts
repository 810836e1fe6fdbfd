import { statSync } from 'node:fs';
import { writeFileAtomically } from '../files/atomic-file.js';
import { entryView } from '../model/parameter-table.js';
import type { OpenedModel } from '../run/open-model.js';
import { tokenSpellings } from '../text/word-vectors/token-forms.js';
import type { ExportedFile } from './safetensors-export.js';

/** The number of characters that are written at once. */
const PIECE = 1 << 20;

/**
 * Writes the embedding in the text form of word2vec and fastText, which `model.initialization.vectors` reads: a first line with the number
 * of tokens and the size of a vector, then a line for each token. Numbers have enough digits that reading them gives the same float32 bits.
 * Tokens of characters, and of words with exact spaces, are written with escapes (`\s` for a space).
 *
 * @param path an existing file is replaced atomically
 * @throws UserError `disk` when the operating system refuses
 */
export function exportVectors(model: OpenedModel, path: string): ExportedFile[] {
  const entry = model.table.entries.find(({ role }) => role === 'embedding')!;
  const values = entryView(model.arena, entry);
  const spellings = tokenSpellings(model.tokenizer);
  const columns = values.length / spellings.length;
  writeFileAtomically(path, (append) => {
    let text = `${spellings.length} ${columns}\n`;
    spellings.forEach((spelling, id) => {
      text += `${spelling} ${Array.from(values.subarray(id * columns, (id + 1) * columns), shortest).join(' ')}\n`;
      if (text.length < PIECE) return;
      append(Buffer.from(text));
      text = '';
    });
    append(Buffer.from(text));
  });
  return [{ path, bytes: statSync(path).size, what: 'vectors' }];
}

/** A decimal form of a float32 number, with few or no more digits than necessary. */
export function shortest(value: number): string {
  if (Object.is(value, -0)) return '-0';
  for (let digits = 6; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return String(decimal);
  }
  return String(Number(value.toPrecision(9)));
}

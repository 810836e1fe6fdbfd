import { statSync } from 'node:fs';
import type { Engine } from '../engine/engine.js';
import { createHiddenReader } from '../evaluate/hidden-states.js';
import { locateTokens } from '../evaluate/token-spans.js';
import { writeFileAtomically } from '../files/atomic-file.js';
import { checkSignal } from '../foundation/arguments.js';
import { UserError } from '../foundation/errors.js';
import type { Abortable } from '../foundation/next-turn.js';
import { architectureOf } from '../model/architecture.js';
import type { OpenedModel } from '../run/open-model.js';
import { firstToken } from '../sample/special-tokens.js';
import { countCodePoints } from '../text/code-points.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { isLower } from '../text/word-vectors/token-forms.js';
import type { ExportedFile } from './safetensors-export.js';
import { shortest } from './vectors-export.js';

export interface ContextualVectorsOptions extends Abortable {
  readonly model: OpenedModel;
  /** The engine whose memory contains the model. */
  readonly engine: Engine;
  /** A text for each line: each is read alone, as between two line ends. */
  readonly lines: readonly string[];
  /** Words whose vectors are written, each without white space. */
  readonly words: readonly string[];
  /** An existing file is replaced atomically. */
  readonly path: string;
}

/** The written file, and how often each word was found. */
export interface ContextualVectors extends ExportedFile {
  readonly found: Readonly<Record<string, number>>;
}

/**
 * Writes a vector for each occurrence of the words in a text, in the text form of word2vec: a first line with the number of vectors and
 * their size, then a line for each, `WORD:LINE:COLUMN` and its numbers. Lines and columns (characters) count from 1.
 *
 * The vector is the output of the last layer after the word. Of a bidirectional model it is the outputs of both stacks, the forward one
 * after it has read the text up to the end of the word, and the backward one after it has read the text from its end to the beginning of the
 * word (Peters et al. 2018).
 *
 * @throws UserError `data` when no word occurs, and for text that the vocabulary does not have; `disk` when the operating system refuses
 */
export async function exportContextualVectors(options: ContextualVectorsOptions): Promise<ContextualVectors> {
  const { model, engine, lines, words, path, signal } = options;
  checkSignal(signal);
  const { backward: after, tokenizer } = model;
  const readers = [model, ...(after ? [after] : [])].map((network) => createHiddenReader(network, engine));
  const found: Record<string, number> = Object.fromEntries(words.map((word) => [word, 0]));
  const vectors: string[] = [];
  for (const [number, line] of lines.entries()) {
    const text = tokenizer.normalize?.(line) ?? line;
    const ids = tokenizer.encode(text);
    const places = words.flatMap((word) => occurrences(tokenizer, text, ids, word));
    if (places.length === 0) continue;
    const hidden = [];
    for (const read of readers) hidden.push(await read(ids, firstToken(tokenizer), signal));
    for (const { word, column, first, last } of places) {
      // The token after which a stack has read the whole word.
      const values = hidden.flatMap(({ isForward, rows }) => [...rows[isForward ? last : first]!]);
      vectors.push(`${word}:${number + 1}:${column} ${values.map(shortest).join(' ')}\n`);
      found[word]!++;
    }
  }
  if (vectors.length === 0) throw new UserError('data', `none of the words occurs in the text: ${words.join(', ')}`);
  const size = readers.length * architectureOf(model.options).hiddenSize;
  writeFileAtomically(path, (append) => {
    append(Buffer.from(`${vectors.length} ${size}\n`));
    for (const vector of vectors) append(Buffer.from(vector));
  });
  return { path, bytes: statSync(path).size, what: 'vectors', found };
}

/** Where a word stands in a line as a whole word, and its first and last token. */
function occurrences(tokenizer: Tokenizer, text: string, ids: Int32Array, word: string) {
  const flags = isLower(tokenizer.toJSON()) ? 'giu' : 'gu';
  const literal = word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  const pattern = new RegExp(`(?<![\\p{L}\\p{M}\\p{N}])${literal}(?![\\p{L}\\p{M}\\p{N}])`, flags);
  const { starts, ends } = locateTokens(tokenizer, ids, text);
  return [...text.matchAll(pattern)].map(({ 0: match, index }) => {
    const end = index + match.length;
    const first = ends.findIndex((tokenEnd) => tokenEnd > index);
    const last = starts.findLastIndex((tokenStart, i) => tokenStart < end && ends[i]! > tokenStart);
    return { word, column: 1 + countCodePoints(text, 0, index), first, last };
  });
}

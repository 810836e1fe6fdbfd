import type { JsonMap, JsonValue } from '../foundation/strict-json.js';
import type { TextNormalization } from '../text/reading/reading-options.js';
import { byteCharacters } from '../text/tokenizers/byte-alphabet.js';
import { huggingFaceJson } from '../text/tokenizers/hugging-face.js';
import { normalizerOf } from '../text/tokenizers/hugging-face-settings.js';
import type { TokenizerState } from '../text/tokenizers/tokenizer.js';
import { END, UNKNOWN } from '../text/tokenizers/vocabulary.js';
import { END_OF_LINE } from '../text/tokenizers/word.js';
import { rangesOf } from '../text/unicode/character-classes.js';

/** The text of a `tokenizer.json`, or why a tokenizer has none: a clause. */
export type TokenizerFile = { readonly json: string } | { readonly missing: string };

/**
 * A tokenizer as Hugging Face's `tokenizers` reads it, with the ids and the texts of ours. Unknown characters, which ours refuses where the
 * vocabulary has no `<unk>`, are an error there too.
 *
 * Characters and words are written as WordPiece whose pieces are whole: no token begins with the prefix of a continuation, a line feed. All
 * libraries know this model, and not all know WordLevel.
 */
export function huggingFaceTokenizer(state: TokenizerState, normalization: TextNormalization | undefined): TokenizerFile {
  switch (state.type) {
    case 'bpe':
      return { json: huggingFaceJson(state, normalization) };
    case 'byte': {
      // No text is encoded as the end of a document, so it is not an added token, for which texts are searched.
      const tokens = 'documentEnd' in state ? [...byteCharacters, END] : byteCharacters;
      return { json: huggingFaceJson({ tokens, merges: [], added: [] }, normalization) };
    }
    case 'character':
      return { json: characterFile(state.tokens, normalization) };
    case 'word':
      if ('case' in state || 'punctuation' in state || 'spaces' in state) {
        const settings = ['case', 'punctuation', 'spaces'].filter((key) => key in state).join(', ');
        return { missing: `it cannot express the setting ${settings} of this word tokenizer` };
      }
      return { json: wordFile(state.tokens, normalization) };
  }
}

function characterFile(tokens: readonly string[], normalization: TextNormalization | undefined): string {
  return fileOf({
    normalizer: normalization ? normalizerOf(normalization) : null,
    pre_tokenizer: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
    decoder: { type: 'Fuse' },
    model: wholePieces(tokens),
  });
}

/** Each line end is replaced by the word `<eos>`, as which the tokenizer reads it. */
function wordFile(tokens: readonly string[], normalization: TextNormalization | undefined): string {
  const lineEnd = { type: 'Replace', pattern: { String: '\n' }, content: ` ${END_OF_LINE} ` };
  const before = normalization ? normalizerOf(normalization) : null;
  const blanks = rangesOf('White_Space').map(([first, last]) => `${String.fromCodePoint(first)}-${String.fromCodePoint(last)}`);
  return fileOf({
    normalizer: before === null ? lineEnd : { type: 'Sequence', normalizers: [before, lineEnd] },
    pre_tokenizer: { type: 'Split', pattern: { Regex: `[${blanks.join('')}]+` }, behavior: 'Removed', invert: false },
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { Regex: `^${END_OF_LINE}$` }, content: '\n' },
        // Puts a space before each word but the first: no word begins with this prefix.
        { type: 'WordPiece', prefix: '\n\n', cleanup: false },
        { type: 'Fuse' },
        { type: 'Replace', pattern: { Regex: ' ?\n ?' }, content: '\n' },
      ],
    },
    model: wholePieces(tokens),
  });
}

function wholePieces(tokens: readonly string[]): JsonMap {
  return {
    type: 'WordPiece',
    unk_token: UNKNOWN,
    continuing_subword_prefix: '\n',
    // A longer word is not in the vocabulary.
    max_input_chars_per_word: tokens.reduce((most, token) => Math.max(most, [...token].length), 1),
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
  };
}

function fileOf(parts: Readonly<Record<string, JsonValue>>): string {
  const { normalizer = null, pre_tokenizer = null, decoder = null, model = null } = parts;
  const file = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer,
    pre_tokenizer,
    post_processor: null,
    decoder,
    model,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

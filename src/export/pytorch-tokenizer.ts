import { UserError } from '../foundation/errors.js';
import type { TextNormalization } from '../text/reading/reading-options.js';
import type { TokenizerState, TokenizerType } from '../text/tokenizers/tokenizer.js';
import { UNKNOWN } from '../text/tokenizers/vocabulary.js';
import { END_OF_LINE } from '../text/tokenizers/word.js';
import { pythonClasses } from './python-classes.js';
import { spacedWordCode } from './pytorch-spaced-words.js';

/** Keys of each tokenizer's state that the Python code supports. */
const knownKeys: Record<TokenizerType, readonly string[]> = {
  character: ['type', 'tokens'],
  word: ['type', 'tokens', 'case', 'punctuation', 'spaces'],
  byte: ['type', 'documentEnd'],
  bpe: ['type', 'tokens', 'merges', 'added'],
};

/**
 * `encode` and `decode` in Python, with the ids and texts of our own tokenizer.
 *
 * @throws UserError `usage` for a tokenizer with settings that the Python code does not support: its ids would differ
 */
export function tokenizerCode(state: TokenizerState, normalization: TextNormalization | undefined): string {
  const strange = Object.keys(state).filter((key) => !knownKeys[state.type].includes(key));
  if (strange.length > 0) {
    const settings = `this model's ${state.type} tokenizer has ${strange.join(', ')}`;
    throw new UserError(
      'usage',
      `${settings}, which the Python module does not support: --to safetensors writes the weights alone`,
    );
  }
  if (!normalization) return codeOf(state, '');
  return `${normalizeCode(normalization)}\n\n\n${codeOf(state, '    text = normalize(text)\n')}`;
}

/** @param first lines at the beginning of `encode` */
function codeOf(state: TokenizerState, first: string): string {
  switch (state.type) {
    case 'character':
      return characterCode(first, state.tokens.includes(UNKNOWN));
    case 'word':
      return 'case' in state || 'punctuation' in state || 'spaces' in state
        ? spacedWordCode(state, vocabulary, first)
        : wordCode(first);
    case 'byte':
      return byteCode(first, 'documentEnd' in state);
    case 'bpe':
      return bytePairCode(first, state.added.length > 0);
  }
}

function normalizeCode({ unicode, newlines }: TextNormalization): string {
  const lines = newlines === 'lf' ? 'text.replace("\\r\\n", "\\n").replace("\\r", "\\n")' : 'text';
  return `def normalize(text):
    """The normalization of the texts that the model was trained on."""
    return ${unicode === 'none' ? lines : `unicodedata.normalize("${unicode}", ${lines})`}`;
}

/** Unicode's White_Space within the brackets of a regular expression; Python's own \s differs from it. */
const whiteSpace = String.raw`\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;

const vocabulary = `with open(WEIGHTS, "rb") as file:
    TOKENS = json.loads(read_header(file)[0]["tokenizer"])["tokens"]
IDS = {token: i for i, token in enumerate(TOKENS)}`;

const characterCode = (first: string, hasUnknown: boolean) => `${vocabulary}


def encode(text):
    """Ids of a text's characters${hasUnknown ? `; those that the vocabulary does not have are ${UNKNOWN}` : ', all of which must be in the vocabulary'}."""
${first}    return [${hasUnknown ? `IDS.get(character, IDS["${UNKNOWN}"])` : 'IDS[character]'} for character in text]


def decode(ids):
    return "".join(TOKENS[i] for i in ids)`;

const wordCode = (first: string) => `${vocabulary}
# A line end, or what stands between white space.
WORD = re.compile("\\n|[^${whiteSpace}]+")


def encode(text):
    """Ids of a text's words; line ends are ${END_OF_LINE}, words that the vocabulary does not have ${UNKNOWN}."""
${first}    words = ("${END_OF_LINE}" if word == "\\n" else word for word in WORD.findall(text))
    return [IDS.get(word, IDS["${UNKNOWN}"]) for word in words]


def decode(ids):
    """The words with a space between them, and a line end for ${END_OF_LINE}."""
    text = " ".join("\\n" if TOKENS[i] == "${END_OF_LINE}" else TOKENS[i] for i in ids)
    return re.sub(" ?\\n ?", "\\n", text)`;

const byteCode = (first: string, documentEnd: boolean) => `def encode(text):
    """Ids are the bytes of UTF-8."""
${first}    return list(text.encode())


def decode(ids):
    """The text; what is not UTF-8 becomes U+FFFD${documentEnd ? `, and 256 is ${END_OF_LINE}, the end of a document` : ''}."""
    return ${documentEnd ? `b"".join(b"${END_OF_LINE}" if i == 256 else bytes([i]) for i in ids)` : 'bytes(ids)'}.decode(errors="replace")`;

const bytePairCode = (first: string, hasAdded: boolean) => `def byte_characters():
    """GPT-2's visible character for each byte, in which the tokens are written."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in visible]
    return dict([(byte, chr(byte)) for byte in visible] + [(byte, chr(0x100 + i)) for i, byte in enumerate(hidden)])


with open(WEIGHTS, "rb") as file:
    VOCABULARY = json.loads(read_header(file)[0]["tokenizer"])
TOKENS, ADDED = VOCABULARY["tokens"], VOCABULARY["added"]  # added ones, such as <|endoftext|>, are not written in bytes
IDS = {token: i for i, token in enumerate(TOKENS)}
RANKS = {tuple(pair): rank for rank, pair in enumerate(VOCABULARY["merges"])}
CHARACTERS = byte_characters()
BYTES = {character: byte for byte, character in CHARACTERS.items()}


${bytePairPieces()}


def merge(piece):
    """Ids of a piece's bytes, joined pair by pair in the order of the merges."""
    ids = [IDS[CHARACTERS[byte]] for byte in piece.encode()]
    while True:
        ranks = [RANKS.get(pair, len(RANKS)) for pair in zip(ids, ids[1:])]
        best = min(ranks, default=len(RANKS))
        if best == len(RANKS):
            return ids
        i = ranks.index(best)
        ids[i : i + 2] = [IDS[TOKENS[ids[i]] + TOKENS[ids[i + 1]]]]


${hasAdded ? encodeWithAdded(first) : encodePlain(first)}


def decode(ids):
    """The text; what is not UTF-8 becomes U+FFFD."""
    parts = (TOKENS[i].encode() if i in ADDED else bytes(BYTES[character] for character in TOKENS[i]) for i in ids)
    return b"".join(parts).decode(errors="replace")`;

/** GPT-2's expression, in which `\S` in the lookahead means anything except the white space of the class. */
function bytePairPieces(): string {
  const { inBrackets, expression, definitions } = pythonClasses();
  const [L, N, S] = [inBrackets('L'), inBrackets('N'), inBrackets('White_Space')];
  const pattern = `'(?:[stmd]|re|ve|ll)| ?[${L}]+| ?[${N}]+| ?[^${S}${L}${N}]+|[${S}]+(?![^${S}])|[${S}]+`;
  return `${definitions()}
# GPT-2's pieces: contractions; letters, numbers, others, each with a space before; white space.
PIECE = re.compile(${expression(pattern)})`;
}

const encodePlain = (first: string) => `def encode(text):
${first}    return [i for piece in PIECE.findall(text) for i in merge(piece)]`;

const encodeWithAdded = (first: string) => `def encode(text):
    """Added tokens first, the longest where several begin; then the pieces between them."""
${first}    longest_first = sorted((TOKENS[i] for i in ADDED), key=len, reverse=True)
    ids = []
    for n, part in enumerate(re.split("(" + "|".join(map(re.escape, longest_first)) + ")", text)):
        if n % 2 == 1:
            ids.append(IDS[part])
        else:
            ids += [i for piece in PIECE.findall(part) for i in merge(piece)]
    return ids`;

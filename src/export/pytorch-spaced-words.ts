import type { TokenizerState } from '../text/tokenizers/tokenizer.js';
import { UNKNOWN } from '../text/tokenizers/vocabulary.js';
import { END_OF_LINE } from '../text/tokenizers/word.js';
import { attachedPattern, JOINER, separatePattern, unspacedPattern } from '../text/tokenizers/word-pieces.js';
import { pythonClasses } from './python-classes.js';

type WordState = Extract<TokenizerState, { type: 'word' }>;

/**
 * `encode` and `decode` in Python of a word tokenizer with settings other than the defaults (see `visitWords`).
 *
 * @param vocabulary lines that read TOKENS and IDS
 * @param first lines at the beginning of `encode`
 */
export function spacedWordCode(
  { case: letterCase, punctuation, spaces }: WordState,
  vocabulary: string,
  first: string,
): string {
  const separate = punctuation === 'separate';
  const exact = spaces === 'exact';
  const { inBrackets, expression, definitions } = pythonClasses();
  const unspaced = separate ? unspacedPattern(inBrackets) : '';
  const patterns = [
    `PIECE = re.compile(${expression((separate ? separatePattern : attachedPattern)(inBrackets))})`,
    `WHITE = re.compile(${expression(`^[${inBrackets('White_Space')}]$`)})`,
    ...(separate
      ? [
          `UNSPACED_START = re.compile(${expression(`^${unspaced}`)})`,
          `UNSPACED_END = re.compile(${expression(`${unspaced}[${inBrackets('M')}]*$`)})`,
        ]
      : []),
  ];
  return `${vocabulary}
${definitions()}
${patterns.join('\n')}
JOINER = "\\u${JOINER.charCodeAt(0).toString(16)}"  # before a token that follows another without a blank


def pieces(line):
    """The tokens of a line."""
    before, is_first, unspaced = 0, True, False
    for match in PIECE.finditer(line):
        word, gap = match.group(), line[before : match.start()]
        bare = ${separate ? 'unspaced and bool(UNSPACED_START.search(word))' : 'False'}
${exact ? '        if is_first or bare or gap != " ":\n            yield from gap\n' : ''}        joined = not is_first and gap == "" and not bare and word not in ("${UNKNOWN}", "${END_OF_LINE}")
        yield (JOINER if joined else "") + word${letterCase === 'lower' ? '.lower()' : ''}
        before, is_first = match.end(), False
        unspaced = ${separate ? 'bool(UNSPACED_END.search(word))' : 'False'}
${exact ? '    yield from line[before:]\n' : ''}

def encode(text):
    """Ids of a text's words; line ends are ${END_OF_LINE}, words that the vocabulary does not have ${UNKNOWN}."""
${first}    ids = []
    for i, line in enumerate(text.split("\\n")):
        if i > 0:
            ids.append(IDS["${END_OF_LINE}"])
        ids += [IDS.get(token, IDS["${UNKNOWN}"]) for token in pieces(line)]
    return ids


def decode(ids):
    """The text: a blank between words, unless a joiner or a white-space token replaces it."""
    text, expected, unspaced = "", False, False
    for i in ids:
        token = TOKENS[i]
        if token == "${END_OF_LINE}":
            text, expected = text + "\\n", False
        elif ${exact ? 'WHITE.search(token)' : 'False'}:
            text, expected = text + token, False
        else:
            joined = ${separate ? 'len(token) > 1 and token[0] == JOINER' : 'False'}
            word = token[1:] if joined else token
            bare = ${separate ? 'unspaced and bool(UNSPACED_START.search(word))' : 'False'}
            text += (" " if expected and not joined and not bare else "") + word
            expected, unspaced = True, ${separate ? 'bool(UNSPACED_END.search(word))' : 'False'}
    return text`;
}

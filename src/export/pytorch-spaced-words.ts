import type { TokenizerState } from '../text/tokenizers/tokenizer.js';
import { UNKNOWN } from '../text/tokenizers/vocabulary.js';
import { END_OF_LINE } from '../text/tokenizers/word.js';
import { attachedPieces, JOINER, separatePieces, unspaced } from '../text/tokenizers/word-pieces.js';

type WordState = Extract<TokenizerState, { type: 'word' }>;

/**
 * `encode` and `decode` in Python of a word tokenizer with settings of its own (see `visitWords`). Python's regular expressions know
 * no properties of Unicode: the ranges of characters that stand for them here are written out, and are so the same.
 *
 * @param vocabulary lines that read TOKENS and IDS
 * @param first lines that `encode` begins with
 */
export function spacedWordCode(
  { case: letterCase, punctuation, spaces }: WordState,
  vocabulary: string,
  first: string,
): string {
  const separate = punctuation === 'separate';
  const exact = spaces === 'exact';
  const pattern = (separate ? separatePieces : attachedPieces).source;
  const used = properties.filter((property) =>
    `${pattern}${separate ? unspaced : ''} \\p{White_Space}`.includes(`{${property}}`),
  );
  return `${vocabulary}
# Characters with a property of Unicode ${process.versions.unicode}, as they stand in the brackets of a regular expression.
${used.map((property) => `${constantOf(property)} = (\n${literals(rangesOf(property))}\n)`).join('\n')}
PIECE = re.compile(${pythonPattern(pattern)})
WHITE = re.compile(${pythonPattern('^\\p{White_Space}$')})
${separate ? `UNSPACED_START = re.compile(${pythonPattern(`^${unspaced}`)})\nUNSPACED_END = re.compile(${pythonPattern(`${unspaced}\\p{M}*$`)})\n` : ''}JOINER = "\\u${JOINER.charCodeAt(0).toString(16)}"  # before a token that follows another without a blank


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
    """The text: a blank between words, unless a token says or is something else."""
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

const scripts = ['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'].map((script) => `scx=${script}`);
const properties = ['White_Space', 'L', 'M', 'N', 'RI', 'ExtPict', 'EMod', ...scripts];

const constantOf = (property: string) => property.replace('scx=', '').toUpperCase();

/** A pattern of ours as a Python expression: ranges in the place of properties. */
function pythonPattern(pattern: string): string {
  const inBrackets = (at: number) => {
    const before = pattern.slice(0, at).replace(/\\./g, '__');
    return before.lastIndexOf('[') > before.lastIndexOf(']');
  };
  const plain = pattern
    .replace(/\\([pP])\{([\w=]+)\}/g, (_, kind: string, property: string, at: number) => {
      const ranges = `" + ${constantOf(property)} + r"`;
      if (inBrackets(at)) return ranges;
      return kind === 'P' ? `[^${ranges}]` : `[${ranges}]`;
    })
    .replace(/\\u\{(\w+)\}/g, (_, hex: string) => `\\U${hex.padStart(8, '0')}`)
    .replace(/\$$/, '\\Z');
  return `r"${plain}"`;
}

/** All characters with a property, as ranges in escapes that both languages read. */
function rangesOf(property: string): string[] {
  const has = new RegExp(`^\\p{${property}}$`, 'u');
  const ranges: string[] = [];
  let start = -1;
  for (let code = 0; code <= 0x110000; code++) {
    const inside = code < 0x110000 && (code < 0xd800 || code > 0xdfff) && has.test(String.fromCodePoint(code));
    if (inside && start < 0) start = code;
    if (inside || start < 0) continue;
    ranges.push(start === code - 1 ? escaped(start) : `${escaped(start)}-${escaped(code - 1)}`);
    start = -1;
  }
  return ranges;
}

const escaped = (code: number) =>
  code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;

/** Python literals, one below the other, that are one text together. */
function literals(parts: readonly string[]): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length < 100) lines[lines.length - 1] = last + part;
    else lines.push(part);
  }
  return lines.map((text) => `    r"${text}"`).join('\n');
}

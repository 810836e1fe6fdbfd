import { UserError } from '../../foundation/errors.js';
import { quoteToken } from '../code-points.js';
import { lastBoundary } from '../reading/normalization.js';
import type { TextNormalization } from '../reading/reading-options.js';
import type { Tokenizer } from './tokenizer.js';
import { UNKNOWN, type Vocabulary } from './vocabulary.js';

/** How characters that a vocabulary lacks are handled. */
export const unknownPolicies = ['refuse', 'skip', 'replace'] as const;
export type UnknownPolicy = (typeof unknownPolicies)[number];

/** A text has characters or words that a vocabulary lacks. */
export class UnknownCharacters extends UserError {
  /**
   * @param message says what is unknown, and the cause if it is known
   * @param normalization the keys of corpus.normalization that would make some of it known
   */
  constructor(
    message: string,
    readonly normalization: Partial<TextNormalization>,
  ) {
    super('data', message);
  }
}

/** The error for a text with characters that the vocabulary lacks. */
export function unknownCharacters(text: string, vocabulary: Vocabulary): UnknownCharacters {
  const unknown = unknownIn(text, vocabulary);
  const many = unknown.size === 1 ? '1 character is' : `${unknown.size} characters are`;
  const causes: string[] = [];
  const normalization: { -readonly [key in keyof TextNormalization]?: TextNormalization[key] } = {};
  if (unknown.has('\r') && vocabulary.idOf('\n') !== undefined) {
    causes.push(text.includes('\r\n') ? 'the text has Windows line ends (\\r\\n)' : 'the text has line ends of \\r');
    normalization.newlines = 'lf';
  }
  const composed = unknownIn(text.normalize('NFC'), vocabulary);
  if ([...unknown].some((character) => !composed.has(character)) && composed.size < unknown.size) {
    causes.push('the text is not in NFC (a letter and its accent are two characters)');
    normalization.unicode = 'NFC';
  }
  const because = causes.length === 0 ? '' : `: ${causes.join(', and ')}`;
  return new UnknownCharacters(`${many} not in the vocabulary: ${shownList(unknown)}${because}`, normalization);
}

/** The error for words that the vocabulary lacks, or characters that become `<unk>`. */
function unknownWords(words: ReadonlySet<string>): UnknownCharacters {
  const many = words.size === 1 ? '1 word is' : `${words.size} words are`;
  return new UnknownCharacters(`${many} not in the vocabulary: ${shownList(words)}`, {});
}

function unknownIn(text: string, vocabulary: Vocabulary): Set<string> {
  const unknown = new Set<string>();
  for (const character of text) if (vocabulary.idOf(character) === undefined) unknown.add(character);
  return unknown;
}

function shownList(unknown: ReadonlySet<string>): string {
  const more = unknown.size > 10 ? ` and ${unknown.size - 10} more` : '';
  return `${[...unknown].slice(0, 10).map(quoteToken).join(', ')}${more}`;
}

/** Changes a text in pieces so that a vocabulary knows its characters. The text must already be normalized. */
export interface UnknownFilter {
  push(piece: string): string;
  end(): string;
  /** The number of unknown characters so far. */
  readonly count: number;
}

/**
 * Creates the filter of a policy.
 *  - `refuse`: throws where something would become `<unk>`; without `<unk>`, encoding throws anyway.
 *  - `skip`: removes unknown characters.
 *  - `replace`: uses the nearest known text: the same text in NFC, a line feed for \r\n, the letter without its accent or in the other
 *    case, plain punctuation; else `<unk>` if the vocabulary has it, else a space.
 *
 * With bytes and byte pairs nothing is unknown. Unknown words become `<unk>`, which is their replacement.
 *
 * @throws UserError 'usage' for `skip` with words; from `push`, UnknownCharacters for `refuse`
 */
export function createUnknownFilter(tokenizer: Tokenizer, policy: UnknownPolicy): UnknownFilter {
  const { type, vocabulary } = tokenizer;
  let count = 0;
  const filter = (push: UnknownFilter['push'], end = () => ''): UnknownFilter => ({
    push,
    end,
    get count() {
      return count;
    },
  });
  if (type === 'word' && policy === 'skip') {
    const why = 'this model has the token <unk> for unknown words';
    throw new UserError('usage', `--unknown skip: ${why}; leave it out, or refuse such texts with --unknown refuse`);
  }
  if (policy === 'refuse') {
    return filter((piece) => {
      refuseUnknown(piece, tokenizer);
      return piece;
    });
  }
  if (type !== 'character') return filter((piece) => piece);

  const isKnown = (text: string) => [...text].every((character) => vocabulary.idOf(character) !== undefined);
  const nearest = rememberedNearest(vocabulary);
  const changed = (text: string) => {
    if (isKnown(text)) return text;
    // \r\n, and a letter with its accents, are treated as one.
    const clusters = policy === 'skip' ? /./gsu : /\r\n|\P{M}\p{M}*|\p{M}+/gu;
    return text.replace(clusters, (cluster) => {
      if (isKnown(cluster)) return cluster;
      count++;
      if (policy === 'skip') return '';
      const composed = cluster.normalize('NFC');
      return isKnown(composed) ? composed : cluster === '\r\n' ? nearest('\r') : Array.from(cluster, nearest).join('');
    });
  };
  let held = '';
  return filter(
    (piece) => {
      const text = held + piece;
      const cut = policy === 'skip' ? text.length : lastBoundary(text);
      held = text.slice(cut);
      return changed(text.slice(0, cut));
    },
    () => {
      const rest = changed(held);
      held = '';
      return rest;
    },
  );
}

function refuseUnknown(text: string, { vocabulary, type, encode }: Tokenizer): void {
  const { unknownId } = vocabulary;
  if (unknownId === undefined || !encode(text).includes(unknownId)) return;
  if (type === 'character') throw unknownCharacters(text, vocabulary);
  const words = text.split(/\s+/u).filter((word) => word !== UNKNOWN && encode(word).includes(unknownId));
  if (words.length > 0) throw unknownWords(new Set(words));
}

/** Plain characters, the best first, that replace typographic characters and those of other keyboards. */
const plain: readonly (readonly [characters: string, substitutes: readonly string[]])[] = [
  ['\u2018\u2019\u201a\u201b\u2032\u00b4`', ["'"]],
  ['\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb', ['"', "'"]],
  ['\u2010\u2011\u2012\u2013\u2014\u2015\u2212', ['-', ',']],
  ['\u2026', ['...', '.']],
  ['?!', ['.']],
  [';:', [',', '.']],
  ['\r', ['\n']],
];

/** Returns a function that finds the known text nearest to a character, with a cache. */
function rememberedNearest(vocabulary: Vocabulary): (character: string) => string {
  const found = new Map<string, string>();
  const find = (character: string): string => {
    const base = character.normalize('NFKD').replace(/\p{M}/gu, '');
    const candidates = [
      character,
      base,
      ...[character, base].flatMap((text) => [text.toLowerCase(), text.toUpperCase()]),
      ...plain.flatMap(([characters, substitutes]) => (characters.includes(character) ? substitutes : [])),
    ];
    const known = candidates.find((text) => text !== '' && [...text].every((each) => vocabulary.idOf(each) !== undefined));
    if (known !== undefined) return known;
    if (vocabulary.unknownId !== undefined) return character;
    return /\p{M}/u.test(character) || vocabulary.idOf(' ') === undefined ? '' : ' ';
  };
  return (character) => {
    const known = found.get(character) ?? find(character);
    found.set(character, known);
    return known;
  };
}

import { UserError } from '../../foundation/errors.js';
import type { OpenCorpus } from '../../text/corpus.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import {
  createUnknownFilter,
  UnknownCharacters,
  type UnknownFilter,
  type UnknownPolicy,
} from '../../text/tokenizers/unknown-characters.js';
import { plural } from '../../ui/format.js';

const done = { skip: 'left out', replace: 'replaced', refuse: '' } as const;

/** The notice for a text with `count` unknown characters; undefined for none. */
const notice = (name: string, count: number, policy: UnknownPolicy) =>
  count === 0
    ? undefined
    : `${name}: ${plural(count, 'character')} unknown to this model ${count === 1 ? 'was' : 'were'} ${done[policy]}`;

const lineEndNotice = (name: string) => `${name} contains the text <eos>, which this model reads as a line end`;

/**
 * Returns a function that prepares prompts for a model: normalizes them and, if requested, handles unknown characters.
 *
 * @param onNotice called once for each kind of change
 */
export function promptReader(
  tokenizer: Tokenizer,
  policy: UnknownPolicy | undefined,
  onNotice: (message: string) => void,
): (prompt: string) => string {
  const { spellsLineEnd } = tokenizerDeclaration(tokenizer.type);
  const told = new Set<string>();
  const tell = (message: string | undefined) => {
    if (message === undefined || told.has(message)) return;
    told.add(message);
    onNotice(message);
  };
  return (prompt) => {
    const text = tokenizer.normalize?.(prompt) ?? prompt;
    if (spellsLineEnd?.(text)) tell(lineEndNotice('the prompt'));
    if (policy === undefined) return text;
    const filter = createUnknownFilter(tokenizer, policy);
    const read = filter.push(text) + filter.end();
    tell(notice('the prompt', filter.count, policy));
    return read;
  };
}

/**
 * Prepares a corpus for a model: handles unknown characters, if requested.
 *
 * @param name for messages
 * @param onNotice called once for each kind of change
 */
export function readableCorpus(
  corpus: OpenCorpus,
  tokenizer: Tokenizer,
  policy: UnknownPolicy | undefined,
  name: string,
  onNotice: (message: string) => void,
): OpenCorpus {
  let told = false;
  const tell = (message: string | undefined) => {
    if (message !== undefined && !told) onNotice(message);
    told ||= message !== undefined;
  };
  const { spellsLineEnd } = tokenizerDeclaration(tokenizer.type);
  const spelled = (text: string) => !told && spellsLineEnd?.(text);
  const nothing: UnknownFilter = { push: (text) => text, end: () => '', count: 0 };
  return {
    ...corpus,
    description: policy === undefined ? corpus.description : [corpus.description, policy],
    async *read(only) {
      const filter = policy === undefined ? nothing : createUnknownFilter(tokenizer, policy);
      let split: (typeof corpus.splits)[number] | undefined;
      for await (const piece of corpus.read(only)) {
        if (spelled(piece.text)) tell(lineEndNotice(name));
        const before = split !== undefined && piece.split !== split ? filter.end() : '';
        if (before !== '') yield { split: split!, text: before, endsDocument: false };
        split = piece.split;
        const text = filter.push(piece.text) + (piece.endsDocument ? filter.end() : '');
        if (text !== '' || piece.endsDocument) yield { ...piece, text };
      }
      const rest = filter.end();
      if (rest !== '') yield { split: split!, text: rest, endsDocument: false };
      if (policy !== undefined) tell(notice(name, filter.count, policy));
    },
  };
}

/** Adds advice to an error about unknown characters; returns other errors unchanged. */
export function withUnknownRemedy(error: unknown): unknown {
  if (!(error instanceof UserError)) return error;
  const unknown = unknownCharactersIn(error);
  if (unknown === undefined) return error;
  const { newlines, unicode } = unknown.normalization;
  const conversions = [
    ...(newlines ? ["sed -i 's/\\r$//' FILE makes the line ends those of the training text"] : []),
    ...(unicode ? ['uconv -x any-nfc makes it NFC'] : []),
  ];
  const flags = '--unknown skip leaves them out, --unknown replace replaces them by the nearest known ones';
  return new UserError(error.kind, `${error.message}. ${[...conversions, flags].join('; ')}.`, { cause: error });
}

function unknownCharactersIn(error: unknown): UnknownCharacters | undefined {
  for (let one = error; one instanceof Error; one = one.cause) if (one instanceof UnknownCharacters) return one;
  return undefined;
}

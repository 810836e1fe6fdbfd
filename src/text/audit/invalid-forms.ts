/** A form in a text that is usually an accident of how the text was created. */
export interface InvalidForm {
  /** In the plural: `control characters`. */
  readonly what: string;
  readonly count: number;
  /** UTF-16 index of the first. */
  readonly first: number;
  readonly remedy: string;
}

const patterns: readonly [what: string, pattern: RegExp, remedy: string][] = [
  [
    'control characters',
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what this is about
    /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g,
    'they are remains of another format; remove them',
  ],
  ['replacement characters U+FFFD', /\ufffd/g, 'the text was decoded with a wrong encoding; get it from its source again'],
  ['byte order marks within the text', /\ufeff/g, 'files were joined with them; remove them'],
  ['halves of surrogate pairs', /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, 'remove them'],
  ['characters that Unicode will never assign', /[\ufdd0-\ufdef\ufffe\uffff]/g, 'remove them'],
];

/** Finds forms that a text should not have; empty for a clean text. */
export function findInvalidForms(text: string): InvalidForm[] {
  const found: InvalidForm[] = [];
  const add = (what: string, { count, first }: { count: number; first: number }, remedy: string) => {
    if (count > 0) found.push({ what, count, first, remedy });
  };
  for (const [what, pattern, remedy] of patterns) add(what, occurrences(text, pattern), remedy);
  const windows = occurrences(text, /\r\n/g);
  const returns = occurrences(text, /\r(?!\n)/g);
  const feeds = occurrences(text, /(?<!\r)\n/g);
  if (windows.count > 0 && feeds.count > 0) {
    const rarer = windows.count < feeds.count ? windows : feeds;
    add(`both CRLF (${windows.count}) and LF (${feeds.count}) at line ends`, rarer, 'convert them to one kind');
  }
  add('carriage returns without a line feed', returns, 'convert them to line feeds');
  add('characters not in composed form (NFC)', decomposed(text), 'the same letter has two spellings; normalize the text');
  return found;
}

function occurrences(text: string, pattern: RegExp): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (const { index } of text.matchAll(pattern)) {
    if (count++ === 0) first = index;
  }
  return { count, first };
}

/** Base characters with marks that NFC would compose. Most texts have no marks. */
function decomposed(text: string): { count: number; first: number } {
  let count = 0;
  let first = -1;
  for (const { 0: cluster, index } of text.matchAll(/\P{M}\p{M}+/gu)) {
    if (cluster.normalize('NFC') === cluster) continue;
    if (count++ === 0) first = index;
  }
  return { count, first };
}

/**
 * Something readable that a unit may track, as a number for each character of a text. The number depends on the text up to the character, as
 * a unit does.
 */
export interface Detector {
  readonly name: string;
  /** What the number is. */
  readonly describe: string;
  /** Begins a text. @returns a function that takes the next character, a code point, and returns its number */
  begin(): (character: string) => number;
}

/** What people have found units to track (Karpathy, Johnson and Fei-Fei 2015, section 4.1). A new detector is an entry here. */
export const detectors: readonly Detector[] = [
  { name: 'quotes', describe: '1 inside double quotes, else 0', begin: insideQuotes },
  { name: 'line position', describe: 'characters since the last end of a line', begin: linePosition },
  { name: 'brackets', describe: 'brackets that are open', begin: bracketDepth },
  { name: 'word end', describe: '1 at the first character after a word, else 0', begin: afterWord },
  { name: 'capitals', describe: '1 at a capital letter, else 0', begin: capital },
];

/** The numbers of a detector for each token of a text. */
export interface DetectedText {
  readonly detector: Detector;
  /** The number at the last character of each token, [N]. A token that completes no character has that of the token before it, at first 0. */
  readonly values: Float32Array;
}

/**
 * Applies all detectors to a text.
 *
 * @param pieces the text that each token adds, in order, as a `TokenDecoder` returns it: N texts
 * @param count N
 */
export function detectInText(pieces: Iterable<string>, count: number): DetectedText[] {
  const running = detectors.map((detector) => ({
    detector,
    next: detector.begin(),
    values: new Float32Array(count),
    last: 0,
  }));
  let token = 0;
  for (const piece of pieces) {
    for (const one of running) {
      for (const character of piece) one.last = one.next(character);
      one.values[token] = one.last;
    }
    token++;
  }
  return running.map(({ detector, values }) => ({ detector, values }));
}

/** An opening quote counts, a closing one does not. Quotes that nobody closes end with their paragraph. */
function insideQuotes() {
  let [inside, before] = [false, ''];
  return (character: string) => {
    if (character === '"') inside = !inside;
    else if (character === '“' || character === '„') inside = true;
    else if (character === '”' || (character === '\n' && before === '\n')) inside = false;
    before = character;
    return Number(inside);
  };
}

/** The end of a line itself has the position 0. */
function linePosition() {
  let position = 0;
  return (character: string) => {
    position = character === '\n' ? 0 : position + 1;
    return position;
  };
}

/** An opening bracket counts, a closing one does not. Closing brackets that nobody opened are ignored. */
function bracketDepth() {
  let depth = 0;
  return (character: string) => {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth = Math.max(0, depth - 1);
    return depth;
  };
}

/** Letters, marks, numbers and the apostrophe make words. */
const ofWord = /[\p{L}\p{M}\p{N}'’]/u;

function afterWord() {
  let before = false;
  return (character: string) => {
    const inWord = ofWord.test(character);
    const isEnd = before && !inWord;
    before = inWord;
    return Number(isEnd);
  };
}

function capital() {
  return (character: string) => Number(character !== character.toLowerCase());
}

import { quotedName } from '../../foundation/printable.js';
import { isJsonMap, type JsonMap, type JsonValue, memberOf } from '../../foundation/strict-json.js';
import type { TextNormalization } from '../reading/reading-options.js';

/** The allowed values of a setting of a `tokenizer.json`; with others the encodings would differ from ours. */
interface Setting {
  readonly key: string;
  readonly allowed: readonly (JsonValue | undefined)[];
}

const absent = [undefined, null] as const;
const absentOrOff = [...absent, false] as const;
const absentOrEmpty = [...absent, ''] as const;

const settings: readonly Setting[] = [
  { key: 'truncation', allowed: absent },
  { key: 'padding', allowed: absent },
  { key: 'pre_tokenizer.type', allowed: ['ByteLevel'] },
  // Must be stated, because readers have different defaults.
  { key: 'pre_tokenizer.add_prefix_space', allowed: [false] },
  { key: 'pre_tokenizer.use_regex', allowed: [undefined, true] },
  { key: 'post_processor.type', allowed: [...absent, 'ByteLevel'] },
  { key: 'decoder.type', allowed: ['ByteLevel'] },
  // Files of old versions do not state the type, but have vocab and merges.
  { key: 'model.type', allowed: [undefined, 'BPE'] },
  { key: 'model.dropout', allowed: [...absent, 0] },
  { key: 'model.continuing_subword_prefix', allowed: absentOrEmpty },
  { key: 'model.end_of_word_suffix', allowed: absentOrEmpty },
  { key: 'model.ignore_merges', allowed: absentOrOff },
];

/** The parts that remain to be read when the settings are supported. */
export interface ByteLevelFile {
  readonly model: JsonMap;
  readonly added_tokens?: JsonValue;
  readonly normalizer?: JsonValue;
}

/**
 * Checks that a `tokenizer.json` is of the supported kind: GPT-2's byte-level BPE. Its normalizer is checked by {@link readNormalizer}. The
 * other settings (`unk_token`, `fuse_unk`, `byte_fallback`, `trim_offsets`) have no effect when every byte has a token.
 *
 * @param invalid makes the error for a problem
 */
export function refuseOtherTokenizers(file: JsonValue, invalid: (trouble: string) => Error): ByteLevelFile {
  for (const { key, allowed } of settings) {
    const found = key.split('.').reduce<JsonValue | undefined>(memberOf, file);
    if (!allowed.includes(found)) throw invalid(`${key} is ${shown(found)}; ${shownList(allowed)} can be read`);
  }
  const model = memberOf(file, 'model');
  if (!isJsonMap(model)) throw invalid('it has no model');
  return file as unknown as ByteLevelFile;
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? quotedName(value) : typeof value === 'object' && value !== null ? 'set' : String(value);
}

function shownList(allowed: Setting['allowed']): string {
  const values = allowed.filter((value) => value !== undefined || allowed.length === 1).map(shown);
  return values.length === 1 ? `only ${values[0]}` : `only ${values.join(' or ')}`;
}

const lineFeeds = ['\r\n', '\r'].map((text) => ({ type: 'Replace', pattern: { String: text }, content: '\n' }));

/** The `normalizer` of a `tokenizer.json` for a normalization. */
export function normalizerOf({ unicode, newlines }: TextNormalization): JsonValue {
  const steps = [...(newlines === 'lf' ? lineFeeds : []), ...(unicode === 'none' ? [] : [{ type: unicode }])];
  return steps.length > 1 ? { type: 'Sequence', normalizers: steps } : (steps[0] ?? null);
}

/**
 * The normalization of a `normalizer`: NFC, NFKC, line ends that become line feeds, or a sequence of these.
 *
 * @param invalid makes the error for any other normalizer
 */
export function readNormalizer(normalizer: JsonValue | undefined, invalid: (trouble: string) => Error): TextNormalization {
  const other = (type: string) =>
    invalid(`the normalizer has ${type}; only NFC, NFKC and the replacement of \\r\\n and \\r by \\n can be read`);
  const replaced: string[] = [];
  let unicode: TextNormalization['unicode'] = 'none';
  for (const step of stepsOf(normalizer)) {
    const type = memberOf(step, 'type');
    if (type === 'NFKC' || (type === 'NFC' && unicode === 'none')) unicode = type;
    else if (type === 'Replace') {
      const pattern = memberOf(step, 'pattern');
      const text = memberOf(pattern, 'String') ?? memberOf(pattern, 'Regex');
      if (memberOf(step, 'content') !== '\n' || typeof text !== 'string') throw other('another replacement');
      replaced.push(text);
    } else if (type !== 'NFC') throw other(shown(type));
  }
  const lf = ['\r\n?', '\r?\n,\r', '\r\n,\r'].includes(replaced.join().replace(/\\r/g, '\r').replace(/\\n/g, '\n'));
  if (replaced.length > 0 && !lf) throw other('another replacement');
  return { unicode, newlines: lf ? 'lf' : 'keep' };
}

function stepsOf(normalizer: JsonValue | undefined): readonly JsonValue[] {
  if (normalizer === undefined || normalizer === null) return [];
  const steps = memberOf(normalizer, 'type') === 'Sequence' ? memberOf(normalizer, 'normalizers') : undefined;
  return Array.isArray(steps) ? steps : [normalizer];
}

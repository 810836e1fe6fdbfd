import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Random } from '../../../src/foundation/random.js';
import { openCorpus } from '../../../src/text/corpus.js';
import { BLOCK, MAGIC, TRAILER } from '../../../src/text/token-cache/token-file-format.js';
import { tokenizeCorpus } from '../../../src/text/token-cache/tokenize-corpus.js';
import { type Area, defect, judge } from '../fuzzer.js';
import { mutateBytes, pick } from '../mutate-bytes.js';
import { mutateJson } from '../mutate-json.js';
import { failureOutcome } from '../run-command.js';

const choices = [{ type: 'character' }, { type: 'word' }, { type: 'bpe', vocabularySize: 265 }] as const;

/** Files of a token cache. What is read from them has ids of the vocabulary alone; an unsealed change makes no difference. */
export const caches: Area = async (folder) => {
  const work = join(folder, 'case');
  const text = join(folder, 'text.txt');
  writeFileSync(text, 'The fox, 12 of them, saw the crow.\n\nThe crow saw 😀.\n\n'.repeat(80));
  // Older than the notes of it, so that these are believed.
  utimesSync(text, 1e9, 1e9);
  const bases: { cache: string; choice: (typeof choices)[number]; marks: boolean; expected: string }[] = [];
  for (const [i, choice] of choices.entries()) {
    for (const marks of [false, true]) {
      const cache = join(folder, `cache-${i}-${marks}`);
      bases.push({ cache, choice, marks, expected: JSON.stringify(await read(text, cache, choice, marks)) });
    }
  }
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      const base = pick(bases, random);
      cpSync(base.cache, work, { recursive: true });
      const name = pick(readdirSync(work), random);
      const path = join(work, name);
      const { bytes, change, sealed } = mutate(readFileSync(path), name, random);
      const made = [`${name.replace(/[0-9a-f]{64}/, '')}: ${change}`];
      writeFileSync(path, bytes);
      try {
        const tokens = await read(text, work, base.choice, base.marks);
        for (const { ids, ends } of Object.values(tokens.splits)) {
          if (ids.some((id) => id < 0 || id >= tokens.size)) return defect(`an id beyond ${tokens.size}`, made);
          if (ends.some((end) => end > 1)) return defect('a document end that is none', made);
        }
        const isSame = JSON.stringify(tokens) === base.expected;
        return sealed || isSame ? { kind: 'accepted' } : defect('other tokens after a change that can be noticed', made);
      } catch (error) {
        return judge(failureOutcome(error), 'any', made);
      }
    },
  };
};

async function read(text: string, cache: string, tokenizer: (typeof choices)[number], marksDocumentEnds: boolean) {
  const corpus = {
    path: text,
    split: { train: 0.8, validation: 0.2 },
    boundary: 'document',
    documents: 'blank-lines',
  } as const;
  mkdirSync(cache, { recursive: true });
  const result = await tokenizeCorpus(await openCorpus(corpus, 10), { tokenizer, marksDocumentEnds, cache });
  try {
    const splits = Object.entries(result.splits).map(([split, source]) => {
      if (source instanceof Int32Array) return [split, { ids: [...source], ends: [] }] as const;
      const [ids, ends] = [new Int32Array(source.length), new Uint8Array(source.length)];
      source.read(0, ids, ids.length);
      source.readDocumentEnds?.(0, ends, ends.length);
      return [split, { ids: [...ids], ends: [...ends] }] as const;
    });
    return { size: result.tokenizer.vocabulary.size, splits: Object.fromEntries(splits) };
  } finally {
    result.close();
  }
}

function mutate(bytes: Buffer, name: string, random: Random): { bytes: Uint8Array; change: string; sealed: boolean } {
  if (random.integer(4) === 0) return { ...mutateBytes(bytes, random), sealed: false };
  if (name.endsWith('.json')) {
    const { value, change } = mutateJson(JSON.parse(bytes.subarray(65).toString()), random);
    const json = JSON.stringify(value) ?? 'null';
    return { bytes: Buffer.from(`${createHash('sha256').update(json).digest('hex')}\n${json}`), change, sealed: true };
  }
  return { ...forgeTokens(bytes, random), sealed: true };
}

/** Changes the footer or the tokens of a token file, and makes its checksums right again. */
function forgeTokens(bytes: Buffer, random: Random): { bytes: Uint8Array; change: string } {
  const footerStart = bytes.length - TRAILER - bytes.readUInt32LE(bytes.length - MAGIC.length - 4);
  const blocks = Math.ceil(footerStart / (BLOCK + 4));
  const data = Buffer.from(bytes.subarray(0, footerStart - 4 * blocks));
  let footer: unknown = JSON.parse(bytes.subarray(footerStart, bytes.length - TRAILER).toString());
  let change = '';
  if (random.integer(3) === 0) {
    const at = random.integer(data.length);
    data[at] = random.integer(256);
    change = `byte ${at} of the tokens is ${data[at]}`;
  } else {
    const mutated = mutateJson(footer, random);
    footer = mutated.value;
    change = `footer${mutated.change}`;
  }
  const sums = Buffer.alloc(4 * blocks);
  for (let block = 0; block < blocks; block++)
    sums.writeUInt32LE(crc32(data.subarray(block * BLOCK, (block + 1) * BLOCK)), 4 * block);
  const json = Buffer.from(JSON.stringify(footer) ?? 'null');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const digest = createHash('sha256').update(sums).update(json).digest();
  return { bytes: Buffer.concat([data, sums, json, digest, length, MAGIC]), change };
}

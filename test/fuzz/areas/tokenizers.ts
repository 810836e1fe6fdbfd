import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readHuggingFaceTokenizer } from '../../../src/text/hugging-face-file.js';
import { tokenizerFromJSON } from '../../../src/text/tokenizers/index.js';
import type { Tokenizer } from '../../../src/text/tokenizers/tokenizer.js';
import { type Area, defect, judge, type Verdict } from '../fuzzer.js';
import { hostileTexts, pick } from '../mutate-bytes.js';
import { mutateJsonText } from '../mutate-json.js';
import { parse } from '../mutate-safetensors.js';
import { failureOutcome, runCommand } from '../run-command.js';
import { modelFiles } from './models.js';

/** Vocabularies, as model files and as Hugging Face's libraries have them. Those that are accepted turn texts into ids and back. */
export const tokenizers: Area = async (folder) => {
  const work = join(folder, 'case');
  const states = modelFiles().map((path) => parse(readFileSync(path)).metadata.tokenizer!);
  const foreign = await foreignTokenizers(folder);
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      const isState = random.integer(2) === 0;
      let text = pick(isState ? states : foreign, random);
      const changes: string[] = [isState ? 'state' : 'tokenizer.json'];
      for (let count = 1 + random.integer(2); count > 0; count--) {
        try {
          const mutated = mutateJsonText(text, random);
          text = mutated.text;
          changes.push(mutated.change);
        } catch {
          break;
        }
      }
      const file = join(work, 'tokenizer.json');
      writeFileSync(file, text);
      try {
        const tokenizer = isState ? tokenizerFromJSON(JSON.parse(text)) : await readHuggingFaceTokenizer(file);
        return check(tokenizer, pick(texts, random), changes);
      } catch (error) {
        if (error instanceof SyntaxError && isState) return { kind: 'refused' };
        return judge(failureOutcome(error), 'any', changes);
      }
    },
  };
};

/** The tokenizer.json of each model of byte pairs, with and without an added token. */
async function foreignTokenizers(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const model of modelFiles()) {
    if (!parse(readFileSync(model)).metadata.tokenizer!.includes('"bpe"')) continue;
    await runCommand(['export', model, '--to', 'pytorch', '-o', join(folder, 'pairs.safetensors'), '--overwrite']);
    const text = readFileSync(join(folder, 'pairs.tokenizer.json'), 'utf8');
    const json = JSON.parse(text);
    const id = Object.keys(json.model.vocab).length;
    const added = {
      id,
      content: 'fox saw',
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    };
    found.push(text, JSON.stringify({ ...json, added_tokens: [...json.added_tokens, added] }));
  }
  return found;
}

const texts = ['The fox saw 12 crows.\n\nA crow, too!', 'fox saw fox saw', 'é\u{1f600} \u00a0\t x', ...hostileTexts];

function check(tokenizer: Tokenizer, text: string, changes: readonly string[]): Verdict {
  const ids = tokenizer.encode(text);
  const { size } = tokenizer.vocabulary;
  if (ids.some((id) => id >= size)) return defect(`an id beyond ${size}`, changes);
  const again = tokenizer.decode(ids);
  const lossless = (tokenizer.type === 'bpe' || tokenizer.type === 'byte') && /^[\x20-\x7e\n]*$/.test(text);
  if (lossless && again !== text) return defect(`${JSON.stringify(text)} comes back as ${JSON.stringify(again)}`, changes);
  const twin = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer.toJSON())));
  if (twin.encode(text).join() !== ids.join()) return defect('its state gives other ids', changes);
  return { kind: 'accepted' };
}

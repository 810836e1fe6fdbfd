import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Area, defect, judge } from '../fuzzer.js';
import { mutateBytes, pick } from '../mutate-bytes.js';
import { mutateJsonText } from '../mutate-json.js';
import { mutateSafetensors, parse } from '../mutate-safetensors.js';
import { runCommand } from '../run-command.js';
import { modelFiles } from './models.js';

/** State dicts with vocabularies and maps. A model that is made of them can be inspected and sampled from. */
export const imports: Area = async (folder) => {
  const work = join(folder, 'case');
  const bases: { weights: Uint8Array; vocabulary: string }[] = [];
  for (const [i, model] of modelFiles().entries()) {
    const file = join(folder, `${i}.safetensors`);
    const { stderr } = await runCommand(['export', model, '--to', 'safetensors', '-o', file]);
    if (stderr !== '') throw new Error(stderr);
    const weights = readFileSync(file);
    const { tokens = [] } = JSON.parse(parse(weights).metadata.tokenizer!) as { tokens?: string[] };
    bases.push({ weights, vocabulary: JSON.stringify(tokens) });
  }
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      const { weights, vocabulary } = pick(bases, random);
      const [file, output] = [join(work, 'weights.safetensors'), join(work, 'model.safetensors')];
      const what = random.integer(4);
      const { bytes, changes } = what < 2 ? mutateSafetensors(weights, random) : { bytes: weights, changes: [] };
      writeFileSync(file, bytes);
      const flags: string[] = [];
      const changed: string[] = [];
      if (what === 1 || what === 2) {
        const { text, change } = mutateJsonText(vocabulary, random);
        const list = join(work, pick(['tokens.json', 'tokens.txt'], random));
        writeFileSync(list, what === 1 ? vocabulary : text);
        flags.push('--vocabulary', list);
        if (what === 2) changed.push(`vocabulary${change}`);
      } else if (what === 3) {
        const map = join(work, 'map.yaml');
        const text = 'rnn: rnn\nencoder.weight: encoder.weight\nignore: [x, decoder.scale]\n';
        const mutated = random.integer(2)
          ? Buffer.from(mutateBytes(Buffer.from(text), random).bytes)
          : mutateJsonText('{"rnn":"rnn","ignore":["x"]}', random).text;
        writeFileSync(map, mutated);
        flags.push('--map', map);
      }
      const made = [...changes, ...changed, ...flags];
      const outcome = await runCommand(['import', file, '-o', output, ...flags]);
      const verdict = judge(outcome, 'any', made);
      if (verdict.kind !== 'accepted') return verdict;
      for (const args of [
        ['inspect', output],
        ['sample', output, '-n', '3', '--seed', '1'],
      ]) {
        const { code, stderr } = await runCommand(args);
        // Finite weights that are too large are a model; what it computes is refused by name.
        const isTooLarge = code === 4 && stderr.includes('its weights are too large to compute with');
        if (code !== 0 && !isTooLarge)
          return defect(`${args[0]} of what was imported ends with ${code}: ${stderr.slice(0, 300)}`, made);
      }
      return verdict;
    },
  };
};

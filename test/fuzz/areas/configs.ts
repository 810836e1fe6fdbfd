import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import { stringifyConfig } from '../../../src/config/config-file.js';
import { loadConfig } from '../../../src/config/load.js';
import type { ResolvedConfig } from '../../../src/config/types.js';
import type { Random } from '../../../src/foundation/random.js';
import { type Area, defect, judge } from '../fuzzer.js';
import { hostileNumbers, hostileTexts, mutateBytes, pick } from '../mutate-bytes.js';
import { mutateJson } from '../mutate-json.js';
import { failureOutcome, runCommand } from '../run-command.js';

/** Configs and overrides. What is accepted is the same when its resolved form is read again, and small ones are trained. */
export const configs: Area = async (folder) => {
  const work = join(folder, 'case');
  const own = readdirSync('configs').filter((name) => name.endsWith('.yaml'));
  const bases = [...own.map((name) => readFileSync(join('configs', name), 'utf8')), small];
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      writeFileSync(join(work, 'text.txt'), 'the cat saw a dog and a crow.\n'.repeat(40));
      const { text, changes } = mutate(pick([small, ...bases], random), random);
      const file = join(work, pick(['a.yaml', 'a.yaml', 'a.json'], random));
      writeFileSync(file, text);
      const set = random.integer(3) === 0 ? [override(random)] : [];
      const made = [...changes, ...set.map((one) => `--set ${one.slice(0, 100)}`)];
      try {
        const config = loadConfig(file, { set });
        const again = join(work, 'again.yaml');
        writeFileSync(again, stringifyConfig(config));
        if (!isDeepStrictEqual(loadConfig(again), config)) return defect('its resolved form is read as another config', made);
        if (random.integer(20) > 0 || !isSmall(config)) return { kind: 'accepted' };
      } catch (error) {
        return judge(failureOutcome(error), 'any', made);
      }
      const flags = set.flatMap((one) => ['--set', one]);
      const args = [
        'train',
        file,
        ...flags,
        '--set',
        'training.steps=2',
        '--output',
        join(work, 'run'),
        '--quiet',
        '--threads',
        '1',
      ];
      const outcome = await runCommand(args);
      return judge({ ...outcome, code: outcome.code === 5 ? 0 : outcome.code }, 'any', [...made, 'train']);
    },
  };
};

const small = `corpus: { path: text.txt, split: { train: 0.8, validation: 0.1, test: 0.1 }, boundary: line }
tokenizer: { type: word, minimumCount: 1 }
model: { cell: { type: gru, reset: before }, layers: 1, hiddenSize: 4, dropout: 0.1 }
training:
  steps: 2
  batchSize: 4
  sequenceLength: 10
  optimizer: { type: adam, learningRate: 0.01 }
  schedule: { type: cosine }
  clipping: { type: norm, threshold: 1 }
  validation: { everySteps: 1 }
`;

function mutate(base: string, random: Random): { text: string; changes: string[] } {
  if (random.integer(3) === 0) {
    const { bytes, change } = mutateBytes(Buffer.from(base), random);
    return { text: Buffer.from(bytes).toString(pick(['utf8', 'latin1'], random)), changes: [change] };
  }
  let value: unknown = parse(base);
  const changes = Array.from({ length: 1 + random.integer(2) }, () => {
    const mutated = mutateJson(value, random);
    value = mutated.value;
    return mutated.change;
  });
  // The writer of YAML is recursive, and its stack has an end.
  const isDeep = changes.some((change) => change.endsWith('something large or deep'));
  return { text: random.integer(2) === 0 && !isDeep ? stringify(value) : (JSON.stringify(value) ?? ''), changes };
}

const keys = [
  'training.epochs',
  'training.steps',
  'model.layers',
  'model.cell',
  'model.cell.type',
  'corpus.path',
  'seed',
  'engine.shards',
  'engine.threads',
];

function override(random: Random): string {
  const key = pick([...keys, ...hostileTexts, 'a.b.c', 'training.optimizer.', '.', 'model.cell.type.x'], random);
  return `${key}=${pick([...hostileTexts, ...hostileNumbers.map(String), '{', '[1', 'lstm', '{a: 1}', '&a [*a]', '!!js/function x'], random)}`;
}

/** Whether two steps of a training take a moment. */
function isSmall({ model, training, corpus }: ResolvedConfig): boolean {
  const { layers, embedding } = model;
  const { batchSize, sequenceLength } = training;
  const own = 'path' in corpus && String(corpus.path).endsWith('text.txt');
  return (
    own &&
    layers.length <= 2 &&
    layers.every(({ size = 0 }) => size <= 32) &&
    embedding.size <= 64 &&
    batchSize <= 64 &&
    sequenceLength <= 200
  );
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { resolveConfig } from '../../../src/config/resolve.js';
import { learningChoices } from '../../../src/export/html/learning-choices.js';
import { learningConfig } from '../../../src/export/page/learning-config.js';

const choices = learningChoices();

describe('the config of a network that learns in a page', () => {
  it.each(choices.flatMap((choice) => [1, 2, 9, 100, 1000, 99999].map((steps) => ({ label: choice.label, steps, choice }))))(
    'is complete and obeys all rules: $label, $steps steps',
    ({ choice, steps }) => {
      for (const isOwnText of [true, false]) {
        const config = learningConfig(choice, { steps, seed: 7, isOwnText });
        const resolved = resolveConfig(config);
        expect(JSON.parse(JSON.stringify(resolved))).toEqual(config);
        expect(resolved).toMatchObject({ seed: 7, training: { steps }, engine: { type: 'typed-array' } });
      }
    },
  );

  it('is that of the quickstart with its network and its text, besides the length of the training', () => {
    const file = parse(readFileSync(join(import.meta.dirname, '../../../configs/quickstart.yaml'), 'utf8'));
    const { corpus, training, ...quickstart } = resolveConfig(file);
    const { generator: _, path: __, ...reading } = corpus as typeof corpus & { path: unknown };
    const { epochs: ___, validation: ____, ...rest } = training;
    const large = choices.find(({ label }) => label.includes('the quickstart'))!;
    expect(learningConfig(large, { steps: 1000, seed: 1, isOwnText: false })).toMatchObject({
      ...{ model: quickstart.model, tokenizer: quickstart.tokenizer, engine: quickstart.engine, seed: quickstart.seed },
      corpus: reading,
      training: rest,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hubCard } from '../../../src/report/hub/card.js';
import { publishedRun } from '../../../src/report/hub/published-run.js';
import type { HubStatements } from '../../../src/report/hub/statements.js';
import type { ReportedRun } from '../../../src/report/reported-run.js';
import { readModelFile } from '../../../src/run/model-file.js';
import { checkedModel } from '../../../src/run/opened-model.js';
import { temporaryFolder } from '../../files/temporary-folder.js';
import { writeRandomModel } from '../../sample/trained-model.js';

const nothing: HubStatements = { license: 'unknown', hasLicenseText: false, datasets: [], languages: [] };
const files = { modules: ['textloom_model.py'], tokenizer: { name: 'tokenizer.json' } };

interface Changes {
  description?: Parameters<typeof writeRandomModel>[1];
  name?: string;
  statements?: Partial<HubStatements>;
  run?: (run: ReportedRun) => ReportedRun;
  hubFiles?: Parameters<typeof hubCard>[3];
}

/** A card, and its two parts as the Hub separates them. */
async function cardOf({
  description = {},
  name = 'a model',
  statements,
  run: changed = (run) => run,
  hubFiles = files,
}: Changes = {}) {
  const path = writeRandomModel(temporaryFolder(), description);
  const model = checkedModel(path, readModelFile(path));
  const run = changed(await publishedRun(name, model, undefined));
  const card = hubCard(run, model, { ...nothing, ...statements }, hubFiles);
  // The expression of the Hub's server.
  const [mark, , yaml = ''] = /^(\s*---(?:\r\n|\r|\n))([\S\s]*?)((?:\r\n|\r|\n)---[ \t]*(\r\n|\n|$))/.exec(card)!;
  return { card, body: card.slice(mark.length), yaml, metadata: parse(yaml, { version: '1.1' }) };
}

const measured = (run: ReportedRun): ReportedRun => ({
  ...run,
  record: { ...run.record, bestValidationLoss: 0.5, testLoss: 1e-7 },
});

describe('the metadata of a model card', () => {
  it('says what is known, and that the licence is not', async () => {
    const { metadata, body } = await cardOf();
    expect(metadata).toEqual({
      license: 'unknown',
      library_name: 'textloom',
      pipeline_tag: 'text-generation',
      tags: ['textloom', 'recurrent-neural-network', 'language-model', 'lstm', 'character-level', 'pytorch'],
    });
    expect(body).toContain('- licence of the model: not stated by the author');
    expect(body).toContain('- licence of the training text: not stated by the author');
  });

  it('has the measured losses as results in the form of the Hub', async () => {
    const { metadata } = await cardOf({ run: measured, description: { corpus: { path: ['texts/a b.txt', 'c.txt'] } } });
    const task = { type: 'text-generation', name: 'Text Generation' };
    const dataset = { name: 'a b.txt, c.txt', type: 'a-b.txt-c.txt' };
    expect(dataset.type).toMatch(/^(?:[\w-]+\/)?[\w-.]+$/);
    const metrics = (perplexity: number, loss: number) => [
      { type: 'perplexity', value: perplexity, name: 'Perplexity per character' },
      { type: 'cross-entropy', value: loss, name: 'Cross-entropy in nats per character' },
    ];
    expect(metadata).toMatchObject({
      metrics: ['perplexity'],
      'model-index': [
        {
          name: 'a model',
          results: [
            { task, dataset: { ...dataset, split: 'validation' }, metrics: metrics(1.648721, 0.5) },
            { task, dataset: { ...dataset, split: 'test' }, metrics: metrics(1, 0) },
          ],
        },
      ],
    });
  });

  it('has the statements of a person', async () => {
    const { metadata, body } = await cardOf({
      run: measured,
      statements: {
        license: 'other',
        licenseName: 'my-license-1.0',
        hasLicenseText: true,
        corpusLicense: 'public domain',
        datasets: ['me/texts'],
        languages: ['no', 'en'],
      },
    });
    expect(metadata).toMatchObject({
      language: ['no', 'en'],
      license: 'other',
      license_name: 'my-license-1.0',
      license_link: 'LICENSE',
      datasets: ['me/texts'],
    });
    expect(metadata['model-index'][0].results[0].dataset).toMatchObject({ name: 'me/texts', type: 'me/texts' });
    expect(body).toContain('- licence of the model: my-license-1.0 \\(see LICENSE\\)');
    expect(body).toContain('- licence of the training text: public domain');
  });

  it('names the task of each kind of model', async () => {
    const layers = [{ type: 'gru', size: 8 }];
    const both = await cardOf({ run: measured, description: { model: { layers, bidirectional: true } } });
    expect(both.metadata).toMatchObject({ pipeline_tag: 'fill-mask', tags: expect.arrayContaining(['gru']) });
    const [{ task, metrics }] = both.metadata['model-index'][0].results;
    expect([task.type, metrics[0].name]).toEqual(['fill-mask', 'Perplexity per character, mean of both directions']);
    expect(both.body).toContain('textloom fill .');
    const backward = await cardOf({ description: { model: { layers, direction: 'backward' } } });
    expect(backward.metadata.pipeline_tag).toBe('text-generation');
    expect(backward.body).toContain('It reads and writes backward');
  });

  it.each(['"\n---\n# x: [', "': *a &b !!js <<", 'no', '1e5', '\u0085\u2028 \u001b[31m', '__proto__'])(
    'keeps the text %j',
    async (name) => {
      const { metadata } = await cardOf({ name, run: measured, description: { corpus: { path: name } } });
      expect(metadata['model-index'][0].name).toBe(name);
      expect(metadata['model-index'][0].results[0].dataset.type).toMatch(/^[\w-.]+$/);
    },
  );
});

describe('the text of a model card', () => {
  it('executes nothing of the texts in it', async () => {
    const hostile = '</script><img src=x onerror=alert(1)> [a](javascript:b) ```\n# x';
    const { body } = await cardOf({
      name: hostile,
      description: { corpus: { path: hostile } },
      statements: { corpusLicense: hostile },
      run: (run) => ({
        ...measured(run),
        samples: [{ step: 1, epoch: 1, prompt: hostile, text: `${hostile}\n\`\`\`\`\n# y` }] as never,
      }),
    });
    const outside = body.replace(/^(`{3,})[\s\S]*?^\1$/gm, '');
    expect(outside).not.toMatch(/(?<!\\)<|(?<!\\)\]\(/);
    expect(outside).not.toMatch(/^# [xy]/m);
    expect(body).toContain('`````text\n');
  });

  it('shows a program with a prompt that the model knows', async () => {
    const { body } = await cardOf({ description: { tokenizer: { type: 'character', tokens: ['a', 'b'] } } });
    expect(body).toContain('textloom_model.generate(model, "a", tokens=200)');
    const none = await cardOf({ description: { tokenizer: { type: 'character', tokens: ['x', 'b'] } } });
    expect(none.body).toContain('textloom_model.generate(model, "", tokens=200)');
  });

  it('says why a file is missing', async () => {
    const { body } = await cardOf({ hubFiles: { ...files, tokenizer: { missing: 'it cannot express it' } } });
    expect(body).toContain('There is no tokenizer.json: it cannot express it.');
    expect(body).not.toContain('from tokenizers');
  });

  it('shows the last sample of each prompt', async () => {
    const sample = (step: number, prompt: string) => ({ step, epoch: 1, prompt, text: `text ${step}` });
    const { body } = await cardOf({
      run: (run) => ({ ...run, samples: [sample(1, 'a'), sample(1, 'b'), sample(2, 'a')] as never }),
    });
    expect(body.match(/text \d/g)).toEqual(['text 2', 'text 1']);
  });
});

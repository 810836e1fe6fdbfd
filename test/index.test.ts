import { describe, expect, it } from 'vitest';
import {
  createGenerator,
  createTypedArrayEngine,
  evaluatePerplexity,
  loadConfig,
  openModel,
  runTraining,
  type TrainingEvent,
  UserError,
} from '../src/index.js';
import { createWorkplace } from './commands/workplace.js';

describe('the library', () => {
  it('trains, opens, samples and evaluates', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const events: TrainingEvent[] = [];
    const end = await runTraining({
      config: loadConfig(`${folder}/small.yaml`),
      directory: `${folder}/run`,
      start: 'new',
      threads: 1,
      onEvent: (event) => events.push(event),
    });
    expect(events.at(-1)).toEqual(end);
    expect(end.reason).toBe('completed');

    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    onTestFinished(() => engine.close());
    const model = openModel(`${folder}/run`, engine);
    const generator = createGenerator({ model, engine });
    let text = '';
    for await (const piece of generator.generate(await generator.read('The fox'), { maximumTokens: 20, seed: 1 }))
      text += piece;
    expect(text).toHaveLength(20);

    const { perplexity, tokens } = await evaluatePerplexity({ model, engine, tokens: model.tokenizer.encode('The crow.\n') });
    expect(tokens).toBe(9);
    expect(perplexity).toBeGreaterThan(1);
    expect(perplexity).toBeLessThan(30);
  });

  it('throws a UserError with its exit code for what a user can put right', () => {
    expect(() => loadConfig('nowhere.yaml')).toThrow(UserError);
    expect(() => loadConfig('nowhere.yaml')).toThrow(expect.objectContaining({ kind: 'usage', exitCode: 2 }));
  });
});

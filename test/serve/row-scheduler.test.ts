import { setMaxListeners } from 'node:events';
import { afterAll, describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import type { LanguageModel } from '../../src/model/window-programs.js';
import { createGenerator } from '../../src/sample/generate.js';
import { createRowScheduler, type RowTask } from '../../src/serve/row-scheduler.js';
import { readPromptTokens, scoreInRows, writeText as writeInRow } from '../../src/serve/row-tasks.js';
import { cells } from '../model/short-form.js';
import { testSeed } from '../random-seed.js';
import { charactersWithEnd, independentDocuments, randomModel, words } from '../sample/trained-model.js';
import { writeText } from '../sample/write-text.js';

const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
const threaded = createTypedArrayEngine({ shards: 3, threads: 2 });
afterAll(() => threaded.close());
const never = new AbortController().signal;
setMaxListeners(0, never);

describe.each([
  ...cells.map((cell) => ({ cell })),
  { tokenizer: words },
  { tokenizer: charactersWithEnd, corpus: independentDocuments },
])('tasks in the rows of one batch: %j', (description) => {
  const model = randomModel(engine, { range: 0.6, ...description });
  const generator = createGenerator({ model, engine });

  it.each([
    [2, 1],
    [16, 1],
    [16, 3],
  ])('have the bits that each has alone, whenever they come: %d rows, %d shards', async (rows, shards) => {
    const wide = shards > 1 ? { model: randomModel(threaded, { range: 0.6, ...description }), engine: threaded } : undefined;
    const scheduler = createRowScheduler({ model, engine, rows, wide });
    const context = { model, scheduler, signal: never };
    const random = createRandom(testSeed, rows);
    const prompts = ['the fox', '', 'so', 'the hare, and the tortoise.\n', 'the hare\n'.repeat(70)];
    const tasks = Array.from({ length: 10 }, async (_, stream) => {
      // Tasks come while others are under way.
      for (let turns = random.integer(60); turns > 0; turns--) await new Promise(setImmediate);
      const prompt = prompts[stream % prompts.length]!;
      const options = { maximumTokens: 1 + random.integer(90), seed: 5, stream, likelihood: true };
      const read = await readPromptTokens(context, model.tokenizer.encode(prompt));
      let text = '';
      const summary = await writeInRow(context, read, options, { text: (piece) => (text += piece) });
      return { prompt, options, read, text, ...summary };
    });
    for (const { prompt, options, read, ...written } of await Promise.all(tasks)) {
      expect(read).toEqual(await generator.read(prompt));
      const { pieces: _, ...alone } = await writeText(generator, prompt, options);
      expect(written).toEqual(alone);
    }
    expect([scheduler.active, scheduler.waiting]).toEqual([0, 0]);
  });
});

/** A task of so many tokens that notes when it has a turn. */
const counting = (tokens: number, onStep: () => void): RowTask => {
  let done = 0;
  return {
    start: undefined,
    step() {
      onStep();
      return done++ < tokens ? 1 : undefined;
    },
  };
};

describe('a scheduler', () => {
  const model: LanguageModel = randomModel(engine, { range: 0.6 });

  it('lets tasks take turns, so that a short one does not wait for long ones', async () => {
    const scheduler = createRowScheduler({ model, engine, rows: 2 });
    const ended: string[] = [];
    const run = (name: string, tokens: number) =>
      scheduler
        .run(
          counting(tokens, () => {}),
          never,
        )
        .then(() => void ended.push(name));
    await Promise.all([run('long', 900), run('longer', 1000), run('long too', 950), run('short', 20), run('mean', 90)]);
    expect(ended).toEqual(['short', 'mean', 'long', 'long too', 'longer']);
  });

  it('begins no more tasks than may take turns: memory is bounded', async () => {
    const scheduler = createRowScheduler({ model, engine, rows: 2 });
    const begun = new Set<number>();
    const open = new Set<number>();
    let most = 0;
    const tasks = Array.from({ length: 60 }, (_, i) =>
      scheduler
        .run(
          counting(200, () => {
            if (!begun.has(i)) open.add(i);
            begun.add(i);
            most = Math.max(most, open.size);
          }),
          never,
        )
        .then(() => open.delete(i)),
    );
    await Promise.all(tasks);
    expect(begun.size).toBe(60);
    expect(most).toBe(16);
  });

  it('frees the row of a task that is stopped, and gives the reason', async () => {
    const scheduler = createRowScheduler({ model, engine, rows: 2 });
    const stop = new AbortController();
    let steps = 0;
    const endless = () =>
      scheduler.run(
        counting(Number.POSITIVE_INFINITY, () => steps++),
        stop.signal,
      );
    const running = [endless(), endless(), endless()];
    while (steps < 20) await new Promise(setImmediate);
    expect([scheduler.active, scheduler.waiting]).toEqual([2, 1]);
    stop.abort(new Error('enough'));
    for (const task of running) await expect(task).rejects.toThrow('enough');
    await expect.poll(() => scheduler.active).toBe(0);
    expect(scheduler.waiting).toBe(0);
    await expect(endless()).rejects.toThrow('enough');
    await scheduler.run(
      counting(3, () => {}),
      never,
    );
  });

  it('continues the others when one fails', async () => {
    const scheduler = createRowScheduler({ model, engine, rows: 4 });
    const failing: RowTask = {
      start: undefined,
      step(logits) {
        if (logits) throw new Error('broken');
        return 1;
      },
    };
    let steps = 0;
    const good = scheduler.run(
      counting(50, () => steps++),
      never,
    );
    await expect(scheduler.run(failing, never)).rejects.toThrow('broken');
    await good;
    expect(steps).toBe(51);
  });

  it('leaves a paused task out until it is woken', async () => {
    const scheduler = createRowScheduler({ model, engine, rows: 2 });
    let isPaused = true;
    let steps = 0;
    const task = scheduler.run({ ...counting(10, () => steps++), isPaused: () => isPaused }, never);
    await scheduler.run(
      counting(100, () => {}),
      never,
    );
    expect([steps, scheduler.active, scheduler.waiting]).toEqual([2, 0, 1]);
    scheduler.wake();
    expect(scheduler.waiting).toBe(1);
    isPaused = false;
    scheduler.wake();
    await task;
    expect(steps).toBe(11);
  });

  it('has no more rows than words, with which the last bits could differ', async () => {
    const scheduler = createRowScheduler({ model, engine, rows: 512 });
    let most = 0;
    const look = () => (most = Math.max(most, scheduler.active));
    await Promise.all(Array.from({ length: 100 }, () => scheduler.run(counting(10, look), never)));
    expect(most).toBe(model.options.vocabularySize);
  });

  it('fails a text whose predictions are not numbers', async () => {
    const broken = randomModel(engine, { range: 3e38 });
    const context = { model: broken, scheduler: createRowScheduler({ model: broken, engine, rows: 2 }), signal: never };
    await expect(scoreInRows(context, Int32Array.of(1, 2, 3))).rejects.toMatchObject({ kind: 'model' });
  });
});

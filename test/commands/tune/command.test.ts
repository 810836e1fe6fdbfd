import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { listCheckpoints, runLayout } from '../../../src/run/run-directory.js';
import { expectRefusal } from '../expect-refusal.js';
import { type Outcome, shell, startTextloom, textloom } from '../textloom.js';
import { createWorkplace, smallConfig } from '../workplace.js';

const rates = 'training.optimizer.learningRate=log(0.01,5)';
/** Rungs of 20, 60 and 180 steps. */
const small = ['small.yaml', '--search', rates, '--steps', '180', '--set', 'training.validation.everySteps=50'];

const workplace = (onTestFinished: (remove: () => void) => void) => {
  const { folder, write, remove } = createWorkplace();
  onTestFinished(remove);
  return { folder, write, tune: (...args: string[]) => textloom(['tune', ...args], folder) };
};

const eventsOf = ({ stdout }: Pick<Outcome, 'stdout'>) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** The models of all trainings, by the names of their run directories. */
function modelsIn(search: string): Map<string, string> {
  const names = readdirSync(join(search, 'trials')).filter((name) => !name.endsWith('.yaml'));
  return new Map(names.map((name) => [name, readFileSync(runLayout(join(search, 'trials', name)).model, 'base64')]));
}

/** The tensors of a model file, without its metadata. */
function tensorsOf(path: string): Buffer {
  const bytes = readFileSync(path);
  return bytes.subarray(8 + Number(bytes.readBigUInt64LE(0)));
}

const shared = createWorkplace();
afterAll(shared.remove);
const args = [...small, '--trials', '2', '--parallel', '1', '--json'];
/** A search that was not disturbed. */
const whole = await textloom(['tune', ...args, '--output', 'whole'], shared.folder);
const result = eventsOf(whole).at(-1);

describe.concurrent('textloom tune', () => {
  it('trains the config and the candidates with three seeds each, and ranks the candidates', () => {
    expect(whole.code).toBe(0);
    const events = eventsOf(whole);
    expect(events[0]).toMatchObject({ type: 'search', rungs: [20, 60, 180], search: [rates], parallel: 1, trials: 2 });
    expect(result).toMatchObject({ type: 'result', reason: 'completed', candidates: 2, best: 'whole/best.yaml' });
    expect(result.ready.seeds).toBe(3);
    const ends = events.filter(({ type }) => type === 'end');
    expect(events.filter(({ type }) => type === 'begin')).toHaveLength(ends.length);
    const [best, second] = result.ranking;
    expect(best).toMatchObject({ rung: 2, steps: 180, repeated: { seeds: 2 } });
    expect(best.repeated.mean).toBeLessThan(second.repeated.mean);
    const own = ends.filter(({ candidate }) => candidate === best.candidate);
    expect(own.filter(({ kind }) => kind === 'candidate').map(({ rung }) => rung)).toEqual([0, 1, 2]);
    const repeats = own.filter(({ kind }) => kind === 'repeat').map(({ loss }) => loss);
    expect(best.repeated.mean).toBe((repeats[0] + repeats[1]) / 2);
  });

  it('writes a best config with which train gives, from the beginning, the model that went through all rungs', async () => {
    const { folder } = shared;
    const { code } = await textloom(['train', 'whole/best.yaml', '--quiet'], folder);
    expect(code).toBe(0);
    const [best] = result.ranking;
    const config = readFileSync(join(folder, 'whole/best.yaml'), 'utf8');
    expect(config).toContain('everySteps: 50');
    expect(config).toContain(`learningRate: ${best.values['training.optimizer.learningRate']}`);
    const directory = `whole/trials/${String(best.candidate).padStart(3, '0')}`;
    const [own, again] = [directory, 'runs/small-best'].map((run) => tensorsOf(runLayout(join(folder, run)).model));
    expect(again!.equals(own!)).toBe(true);
  });

  it('continues after kill -9 and after a signal, and finds the same', async () => {
    const { folder } = shared;
    const killed = startTextloom(['tune', ...args, '--output', 'killed'], folder);
    await killed.says('"run":"001"');
    killed.process.kill('SIGKILL');
    await killed.ended;
    const stopped = startTextloom(['tune', ...args, '--output', 'killed', '--resume'], folder);
    await stopped.says('"kind":"repeat"');
    stopped.process.kill('SIGTERM');
    const { code, stdout, stderr } = await stopped.ended;
    expect(code).toBe(143);
    expect(eventsOf({ stdout }).at(-1)).toMatchObject({ type: 'result', reason: 'interrupted' });
    const [, command] = /^continue with: (.*)$/m.exec(stderr)!;
    const continued = await shell(command!, folder);
    expect(continued.code).toBe(0);
    const same = ({ ranking, ready, comparison, importance }: typeof result) => ({ ranking, ready, comparison, importance });
    expect(same(eventsOf(continued).at(-1))).toEqual(same(result));
    expect(modelsIn(join(folder, 'killed'))).toEqual(modelsIn(join(folder, 'whole')));
  });

  it('trains each rung from the beginning where averaging depends on the length of the run, with the same result', async ({
    onTestFinished,
  }) => {
    const { folder, tune } = workplace(onTestFinished);
    const tail = ['--set', 'training.averaging.type=tail', '--trials', '1', '--steps', '60', '--output', 'tail', '--json'];
    const { code, stdout } = await tune('small.yaml', '--search', rates, ...tail);
    expect(code).toBe(0);
    const rungs = eventsOf({ stdout }).filter(({ type, kind }) => type === 'end' && kind === 'candidate');
    expect(rungs.map(({ steps }) => steps)).toEqual([20, 60]);
    await textloom(['train', 'tail/best.yaml', '--quiet', '--set', 'training.validation.everySteps=60'], folder);
    const [own, again] = ['tail/trials/000', 'runs/small-best'].map((run) => tensorsOf(runLayout(join(folder, run)).model));
    expect(again!.equals(own!)).toBe(true);
  });

  it('runs several trainings side by side within a budget, and says whether the config stands', async ({ onTestFinished }) => {
    const { folder, tune } = workplace(onTestFinished);
    const { code, stdout, stderr } = await tune('small.yaml', '--steps', '20', '--budget', '10s', '--parallel', '2');
    expect(code).toBe(0);
    // Without --search, the learning rate is searched.
    expect(stderr).toContain("no --search is given: --search 'training.optimizer.learningRate=log(0.01667,5)'");
    expect(stdout).toMatch(/^Candidates, the best first; losses in nats per token\ncandidate +learningRate +steps +loss/);
    expect(stdout).toMatch(/small\.yaml stands|is better than small\.yaml|not known whether one is better/);
    expect(stdout).toContain('train the best: textloom train runs/small-tune/best.yaml\n');
    const lines = readFileSync(join(folder, 'runs/small-tune/search.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    let most = 0;
    let running = 0;
    for (const { type } of lines) {
      running += type === 'begin' ? 1 : type === 'end' ? -1 : 0;
      most = Math.max(most, running);
    }
    expect(most).toBe(2);
    const runs = await textloom(['runs', 'runs/small-tune'], folder);
    expect(runs.stdout).toContain('trials/000 ');
    expect(runs.stdout).toContain('trials/ready-seed-1 ');
  });

  it('refuses a search that is there, one that is running, other settings, and a text that has changed', async ({
    onTestFinished,
  }) => {
    const { folder, write, tune } = workplace(onTestFinished);
    const args = [
      ...['small.yaml', '--search', rates, '--trials', '2', '--steps', '90000000', '--output', 'here'],
      ...['--set', 'training.validation.everySteps=90000000', '--set', 'training.checkpoints.everySteps=90000000'],
    ];
    const running = startTextloom(['tune', ...args, '--set', 'model.hiddenSize=9', '--parallel', '1'], folder);
    await running.says('searching');
    const { checkpoints } = runLayout(join(folder, 'here/trials/ready-seed-1'));
    while (listCheckpoints(checkpoints).length === 0) await wait(50);
    expectRefusal(await tune(...args), { code: 2, says: 'here already contains a search: continue it with --resume' });
    expectRefusal(await tune(...args, '--set', 'model.hiddenSize=9', '--resume'), {
      code: 6,
      says: 'here is in use by process',
    });
    running.process.kill('SIGINT');
    const { code } = await running.ended;
    expect(code).toBe(130);
    const resume = [...args, '--resume'];
    expectRefusal(await tune(...resume), {
      code: 2,
      says: [
        'cannot continue the search in here with other settings: model.embedding.size is 8 in small.yaml, the search has 9; model.layers.0.size',
        'Restore',
      ],
    });
    const other = ['small.yaml', '--search', 'model.dropout=linear(0,0.5)', '--output', 'here', '--resume'];
    expectRefusal(await tune(...other), {
      code: 2,
      says: `--search is model.dropout=linear(0,0.5), the search has ${rates}`,
    });
    const longer = [...resume.filter((word) => word !== '--steps' && word !== '90000000'), '--set', 'model.hiddenSize=9'];
    expectRefusal(await tune(...longer, '--steps', '91000000'), {
      code: 2,
      says: 'training.steps is 91000000 in small.yaml, the search has 90000000',
    });
    write('corpus.txt', 'The crow saw the fox.\n\n'.repeat(120));
    const changed = await tune(...resume, '--set', 'model.hiddenSize=9');
    expect(changed.code).toBe(3);
    expect(changed.stderr).toContain('textloom: here/trials/');
    expect(changed.stderr).toContain('the training text is not the one with which this run began');
  });

  it('with candidates that all diverge: says so, exits with the code of divergence, and writes no best config', async ({
    onTestFinished,
  }) => {
    const { folder, tune } = workplace(onTestFinished);
    writeFileSync(
      join(folder, 'wild.yaml'),
      `${smallConfig.replace('type: lstm', 'type: rnn, nonlinearity: relu')}output: wild\n`.replace(
        'hiddenSize: 8 }',
        'hiddenSize: 8, initialization: { type: uniform, range: 3 } }',
      ),
    );
    const { code, stdout, stderr } = await tune(
      'wild.yaml',
      '--search',
      'training.optimizer.learningRate=50,100',
      '--steps',
      '20',
      '--trials',
      '2',
    );
    expect(stdout).toMatch(/^0 +(50|100) +20 +diverged/m);
    expect(stderr).toContain('textloom: all candidates diverged: search smaller learning rates');
    expect(code).toBe(5);
    expect(existsSync(join(folder, 'wild-tune/best.yaml'))).toBe(false);
  });
});

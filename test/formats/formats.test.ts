/**
 * Files of every format version that was ever released: they open, sample, evaluate, export and resume, with the results that the
 * program of that version had. `make.mjs` wrote them.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { textloom } from '../commands/textloom.js';
import { tensorDigest } from './tensor-digest.mjs';

interface Expected {
  /** The checkpoint in the fixture, from the middle of the run. */
  checkpoint: string;
  /** The last checkpoint of the whole run. */
  lastCheckpoint: string;
  /** Digests of the tensors of the last checkpoint and of the best model. */
  lastTensors: string;
  modelTensors: string;
  /** What `evaluate-perplexity --json` printed for `heldout.txt`. */
  report: { nats: number; tokens: number };
  /** What `sample -n 60 --seed 3 --temperature 0.9 --raw` wrote. */
  sample: string;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

const versions = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(versions.map(({ name }) => name))('files of format version %s', (version) => {
  const fixtures = join(import.meta.dirname, version);
  const expected: Record<string, Expected> = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8'));

  describe.each(Object.entries(expected))('%s', (name, { lastCheckpoint, lastTensors, modelTensors, report, sample }) => {
    const folder = mkdtempSync(join(tmpdir(), 'formats-'));
    folders.push(folder);
    for (const text of ['corpus.txt', 'heldout.txt']) cpSync(join(fixtures, text), join(folder, text));
    cpSync(join(fixtures, name, 'config.json'), join(folder, 'config.json'));
    cpSync(join(fixtures, name), join(folder, 'run'), { recursive: true });
    const run = async (...args: string[]) => {
      const outcome = await textloom(args, folder);
      expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
      return outcome.stdout;
    };

    test('samples the same text, of the model and of the checkpoint', async () => {
      const how = ['-n', '60', '--seed', '3', '--temperature', '0.9', '--raw'];
      expect(await run('sample', 'run', ...how)).toBe(sample);
      const [checkpoint] = readdirSync(join(folder, 'run/checkpoints'));
      expect((await run('sample', `run/checkpoints/${checkpoint}`, ...how)).length).toBeGreaterThan(20);
    });

    test('evaluates to the same figure', async () => {
      const { nats, tokens } = JSON.parse(await run('evaluate-perplexity', 'run', 'heldout.txt', '--json'));
      expect({ nats, tokens }).toEqual({ nats: report.nats, tokens: report.tokens });
    });

    test('exports to ONNX, verified', async () => {
      expect(await run('export', 'run', '--to', 'onnx', '--output', 'model.onnx')).toContain('model.onnx');
    });

    test('resumes to the same bits as the run that was not stopped', async () => {
      const resumed = join(folder, 'resumed');
      cpSync(join(fixtures, name), resumed, { recursive: true });
      await run('train', 'config.json', '--output', 'resumed', '--resume');
      expect(tensorDigest(join(resumed, 'checkpoints', lastCheckpoint))).toBe(lastTensors);
      expect(tensorDigest(join(resumed, 'model.safetensors'))).toBe(modelTensors);
    });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { onWindows } from '../../outside-programs.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
const inFolder = (name: string) => join(folder, name);
const pipe = (name: string) => execFileSync('mkfifo', [inFolder(name)]);

write('extends.yaml', 'extends: pipe.yaml\n');
write('notes.txt', 'my own notes');
writeRandomModel(folder);
for (const name of ['lock', 'link', 'metrics', 'log', 'checkpoints', 'model']) mkdirSync(inFolder(name));
mkdirSync(inFolder('elsewhere'));

describe.skipIf(onWindows).concurrent(`a special file at the path of${onWindows}`, () => {
  // Nobody writes to these pipes: a command that waited for one would never end.
  for (const name of ['pipe.yaml', 'lock/lock', 'metrics/metrics.jsonl', 'model/model.safetensors']) pipe(name);
  symlinkSync('nowhere', inFolder('link/lock'));
  symlinkSync(inFolder('notes.txt'), inFolder('log/metrics.jsonl'));
  symlinkSync(inFolder('elsewhere'), inFolder('checkpoints/checkpoints'));

  it.for<[what: string, line: string, code: number, ...says: string[]]>([
    ['a config', 'train pipe.yaml', 2, 'pipe.yaml: not a regular file'],
    ['a config that another extends', 'train extends.yaml', 2, 'pipe.yaml: not a regular file'],
    ['a map of names', 'import model.safetensors -o a.safetensors --map pipe.yaml', 2, 'pipe.yaml: not a regular file'],
    ['a lock', 'train small.yaml --output lock', 6, 'lock/lock is not a lock that Textloom wrote'],
    ['a lock, a dangling link', 'train small.yaml --output link', 6, 'link/lock is not a lock that Textloom wrote'],
    ['a metrics log', 'train small.yaml --output metrics', 7, 'metrics/metrics.jsonl', 'not a regular file'],
    ['a metrics log, a link', 'train small.yaml --output log', 7, 'log/metrics.jsonl', 'it is a symbolic link'],
    ['checkpoints, a link', 'train small.yaml --output checkpoints', 7, 'checkpoints/checkpoints is a symbolic link'],
    ['a model', 'sample model', 4, 'model/model.safetensors cannot be read as a model: it is not a regular file'],
  ])('%s is refused', async ([, line, code, ...says]) => {
    expectRefusal(await textloom(line.split(' '), folder), { code, says });
    expect(readFileSync(inFolder('notes.txt'), 'utf8')).toBe('my own notes');
  });
});

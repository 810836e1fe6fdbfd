import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { type FormalName, formalCorpus, formalNames } from '../../src/text/generators/formal/parameters.js';

const folder = join(import.meta.dirname, '../../configs/formal');
/** The config for independent lines is not in the folder of formal corpora, because other lists of names are trained on with it. */
const files = [...readdirSync(folder).filter((name) => name.endsWith('.yaml')), '../names.yaml'];
const configOf = (file: string) => loadConfig(join(folder, file));

/** The words of the command that a config's comment names. */
function commandIn(file: string): string[] | undefined {
  const comment = readFileSync(join(folder, file), 'utf8');
  return /^# +textloom corpus generate (.*)$/m.exec(comment)?.[1]?.split(' ');
}

describe('the configs of formal corpora', () => {
  it('exist for each of them', () => {
    const types = files.map((file) => {
      const { generator } = configOf(file).corpus;
      return typeof generator === 'object' ? generator.type : generator;
    });
    expect([...new Set(types)].sort()).toEqual([...formalNames].sort());
  });

  it.each(files)('%s is named after its file, and names its schema to editors', (file) => {
    expect(`${configOf(file).name}.yaml`).toBe(basename(file));
    const [first] = readFileSync(join(folder, file), 'utf8').split('\n');
    expect(first).toBe(`# yaml-language-server: $schema=${file.startsWith('../') ? '.' : '..'}/textloom.schema.json`);
  });

  it.each(files.filter((file) => commandIn(file)))(
    '%s names the command that writes its text, to the place where it looks',
    (file) => {
      const [name, ...flags] = commandIn(file)!;
      const typed = new Map(flags.flatMap((flag, i) => (i % 2 === 0 ? [[flag, flags[i + 1]!]] : [])));
      const output = typed.get('--output')!;
      for (const flag of ['--output', '--characters']) typed.delete(flag);
      const given = [...typed].map(([flag, value]) => [
        flag.slice(2).replace(/-(\w)/g, (_, letter) => letter.toUpperCase()),
        Number(value),
      ]);
      const { corpus } = configOf(file);
      expect(corpus.generator).toEqual(formalCorpus(name as FormalName, Object.fromEntries(given)));
      expect(corpus).toMatchObject({ path: join(folder, '../..', output) });
    },
  );

  it('include one on which a plain network fails, on the same text as one that succeeds', () => {
    const [plain, gated] = [configOf('copy-rnn.yaml'), configOf('copy.yaml')];
    expect([plain.model.layers[0]!.type, gated.model.layers[0]!.type]).toEqual(['rnn', 'lstm']);
    expect(plain.corpus).toEqual(gated.corpus);
    const sizes = [plain, gated].map(({ model }) => model.layers.map(({ size }) => size));
    expect([plain.training.epochs, sizes[0]]).toEqual([gated.training.epochs, sizes[1]]);
  });
});

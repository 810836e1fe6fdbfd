import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workplace {
  folder: string;
  /** Writes a file into the folder; returns its name. */
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

/** A folder with a small corpus, `corpus.txt`, and `small.yaml`, a config that trains on it in no time. */
export function createWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return name;
  };
  write('corpus.txt', 'The fox saw the crow.\nThe crow saw the fox.\n\n'.repeat(60));
  write('small.yaml', smallConfig);
  return { folder, write, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export const smallConfig = `corpus: { path: corpus.txt }
model: { cell: { type: lstm }, layers: 1, hiddenSize: 8 }
training:
  steps: 6
  batchSize: 4
  sequenceLength: 10
  optimizer: { type: sgd, learningRate: 0.5 }
  validation: { everySteps: 3 }
  checkpoints: { everySteps: 2 }
`;

/** The small config with one line more. */
export const configWith = (lines: string) => `${smallConfig}${lines}\n`;

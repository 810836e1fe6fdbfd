import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { cells } from '../../../src/model/cells/index.js';
import { createWorkplace } from '../../commands/workplace.js';
import { skipReason } from '../../outside-programs.js';
import { hasSoftwareDevice, withSoftwareDevice } from './software-device.js';

const executable = join(import.meta.dirname, '../../../bin/textloom.js');
const { folder, remove } = createWorkplace();
afterAll(remove);

/** Windows of few steps: what compiling their shaders takes is most of the time. */
const shorter = ['--set', 'training.sequenceLength=4'];

/** Standard output of a process that finds SwiftShader. */
async function node(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env: withSoftwareDevice });
  return stdout;
}
const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const title = `the webgpu provider${skipReason(hasSoftwareDevice, "SwiftShader (in Debian's package chromium)")}`;

describe.skipIf(!hasSoftwareDevice)(title, () => {
  test('computes the gradients that the plain kernels compute, for every cell, with dropout and tying', async () => {
    const results = lines(await node(join(import.meta.dirname, 'device-gradients.js'), 'webgpu'));
    const tested = new Set(results.map((result) => result.case.split(/[:,]/, 1)[0]));
    expect([...tested].sort()).toEqual(cells.map(({ type }) => type).sort());
    for (const { case: name, outputs, error } of results) {
      expect(outputs, name).toBeGreaterThan(5);
      expect(error, name).toBeLessThan(1e-4);
    }
  });

  test('trains as the CPU does', async () => {
    const losses = async (provider: string) => {
      const engine = ['--engine', 'onnxruntime', '--provider', provider];
      const events = lines(await node(executable, 'train', 'small.yaml', '--overwrite', '--json', ...shorter, ...engine));
      expect(events[0]).toMatchObject({ type: 'start', engine: `onnxruntime (${provider})` });
      return events.flatMap((event) => (event.type === 'step' || event.type === 'validation' ? [event.loss as number] : []));
    };
    const expected = await losses('cpu');
    const actual = await losses('webgpu');
    expect(expected.length).toBe(8);
    expect(actual.length).toBe(8);
    expect(new Set(actual).size).toBe(actual.length);
    expect(Math.max(...actual.map((loss, i) => Math.abs(loss - expected[i]!)))).toBeLessThan(1e-4);
  });

  test('says that there is too little memory, where a device is', async () => {
    const [thrown] = lines(await node(join(import.meta.dirname, 'device-memory.js'), 'webgpu'));
    expect(thrown).toMatchObject({ name: 'UserError', kind: 'usage' });
    expect(thrown.message).toMatch(
      /^the memory of the device, or what webgpu allows at once, is not enough for this model .* smaller, or /,
    );
  });
});

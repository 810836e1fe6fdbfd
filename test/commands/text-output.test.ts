import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createTextOutput } from '../../src/commands/text-output.js';

/** A stream that keeps what is written to it, until it is closed. */
function recorder() {
  const writes: string[] = [];
  let open = true;
  const stream = new Writable({
    decodeStrings: false,
    write(text: string, _, done) {
      if (open) writes.push(text);
      done(open ? null : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    },
  });
  stream.on('error', () => {});
  const close = () => {
    open = false;
  };
  return { stream, writes, close };
}

describe('text output', () => {
  it('writes the first piece at once, and those that follow closely together', async () => {
    const { stream, writes } = recorder();
    let time = 0;
    const output = createTextOutput(stream, () => time);
    for (const piece of ['a', 'b', 'c', 'd']) {
      expect(await output.write(piece)).toBe(true);
      time += 8;
    }
    expect(writes).toEqual(['a', 'bc']);
    await output.flush();
    await output.flush();
    expect(writes).toEqual(['a', 'bc', 'd']);
  });

  it('says when nobody reads any more, and stays quiet', async () => {
    const { stream, writes, close } = recorder();
    const output = createTextOutput(stream, () => 0);
    await output.write('a');
    await output.write('b');
    close();
    expect([await output.flush(), await output.write('c'), await output.flush()]).toEqual([false, false, false]);
    expect(writes).toEqual(['a']);
  });
});

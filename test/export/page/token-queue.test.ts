import { describe, expect, it } from 'vitest';
import { createTokenQueue } from '../../../src/export/page/token-queue.js';

const token = (text: string, id = 0) => ({ id, text, probability: 0.5, alternatives: [] });

describe('tokens whose text is not certain', () => {
  it('wait until it is', () => {
    const queue = createTokenQueue();
    for (const text of ['ab', 'c', 'd']) queue.push(token(text));
    expect(queue.take()).toBeUndefined();
    queue.release(2);
    expect(queue.take()!.texts).toEqual(['ab']);
    queue.release(1);
    queue.release(1);
    expect(queue.take()!.texts).toEqual(['c', 'd']);
    expect(queue.take()).toBeUndefined();
  });

  it('are not part of the text where a stop string has cut them off, as a whole or in part', () => {
    const queue = createTokenQueue();
    for (const text of ['ab', 'cd', 'e']) queue.push(token(text));
    queue.release(3);
    queue.end();
    expect(queue.take()!.texts).toEqual(['ab', 'c']);
  });

  it('may add nothing, as the first bytes of a character', () => {
    const queue = createTokenQueue();
    queue.push(token('', 1));
    queue.push(token('é', 2));
    queue.release(1);
    expect(queue.take()).toMatchObject({ ids: [1, 2], texts: ['', 'é'] });
  });

  it('end with a replacement character for one that is incomplete', () => {
    const queue = createTokenQueue();
    queue.push(token('a', 1));
    queue.push(token('', 2));
    queue.release(1);
    queue.release(1);
    queue.end();
    expect(queue.take()).toMatchObject({ ids: [1, 2], texts: ['a', '\ufffd'] });
  });

  it('can be none', () => {
    const queue = createTokenQueue();
    queue.end();
    expect(queue.take()).toBeUndefined();
  });
});

import { homedir } from 'node:os';
import { expect, it } from 'vitest';
import { expandHome } from '../../src/files/home-folder.js';

it('a path that begins with ~ and a separator is in the home folder', () => {
  expect(expandHome('~/a/b')).toBe(`${homedir()}/a/b`);
  expect(expandHome('~')).toBe(homedir());
  for (const other of ['~name', 'a/~/b', '/~', 'a~', '']) expect(expandHome(other)).toBe(other);
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../src');

it('only the code that fetches corpora and the server use the network', () => {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /\.[jt]s$/.test(path));
  const network = /(?<![.\w])fetch\(|node:(https?|http2|net|tls|dgram|dns)\b|\bWebSocket\b|XMLHttpRequest/;
  const found = sources
    .sort()
    .filter((path) => network.test(readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')));
  expect(found.map((path) => path.replaceAll('\\', '/'))).toEqual([
    'serve/access.ts',
    'serve/text-server.ts',
    'text/fetch/request.ts',
  ]);
});

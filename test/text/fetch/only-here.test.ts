import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../../src');

it('only the code that fetches corpora, the server, and its page use the network', () => {
  // Generated files contain the scripts of pages, whose sources stand here too.
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /(?<!\.generated)\.[jt]s$/.test(path),
  );
  const network = /(?<![.\w])fetch\(|node:(https?|http2|net|tls|dgram|dns)\b|\bWebSocket\b|XMLHttpRequest/;
  const found = sources
    .sort()
    .filter((path) => network.test(readFileSync(join(root, path), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')));
  expect(found.map((path) => path.replaceAll('\\', '/'))).toEqual([
    // A page that a server sends asks that server for the model; the policy of an exported page allows no connection.
    'export/page/served-models.ts',
    'serve/access.ts',
    'serve/text-server.ts',
    'text/fetch/request.ts',
  ]);
});

// Writes the corpora of this folder again, from their generators and seeds: npm run build && node corpora/generate.js
import { writeFileSync } from 'node:fs';
import { createCorpusGenerator } from '../dist/text/generators/index.js';

const fables = createCorpusGenerator('fables').generate({ seed: 1, characters: 1_000_000 });
writeFileSync(new URL('fables.txt', import.meta.url), fables);

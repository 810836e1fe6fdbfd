// Writes configs/textloom.schema.json, which editors read, from the schema in src/config. Run `npm run schema` after changing that.
import { writeFileSync } from 'node:fs';
import { configJsonSchemaText } from '../dist/config/json-schema.js';

writeFileSync(new URL('textloom.schema.json', import.meta.url), configJsonSchemaText());

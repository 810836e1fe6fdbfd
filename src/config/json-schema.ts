import { z } from 'zod';
import { configFileSchema } from './schema/config.js';

/** The keys of a JSON Schema document that are read here. */
export interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  [keyword: string]: unknown;
}

/** The JSON Schema (draft 7, which editors support best) of a config file, for completion and checks in editors. */
export function configJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(configFileSchema, { io: 'input', target: 'draft-7' });
  return { title: 'Textloom config', ...schema } as JsonSchema;
}

/**
 * The text of `configs/textloom.schema.json`.
 * @public for configs/generate-schema.js, which runs on the built files
 */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}

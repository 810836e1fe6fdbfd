import type { z } from 'zod';
import type { configSchema } from './schema/config.js';

/** A config that satisfies the schema; defaults that depend on other keys are not filled in yet. */
export type CheckedConfig = z.output<typeof configSchema>;

/** A rule about several keys at once, applied to one config. */
export interface Rule {
  /** As `a.b.c`; the message names each with its value. */
  keys: readonly string[];
  broken: boolean;
  /** Why these values conflict, and how to resolve it. */
  because: string;
}

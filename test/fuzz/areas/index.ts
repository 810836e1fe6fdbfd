import type { Area } from '../fuzzer.js';
import { caches } from './caches.js';
import { checkpoints } from './checkpoints.js';
import { configs } from './configs.js';
import { expressions } from './expressions.js';
import { imports } from './imports.js';
import { kills } from './kills.js';
import { models } from './models.js';
import { onnx } from './onnx.js';
import { tokenizers } from './tokenizers.js';

export const areas: ReadonlyMap<string, Area> = new Map(
  Object.entries({ models, checkpoints, onnx, configs, tokenizers, imports, caches, expressions, kills }),
);

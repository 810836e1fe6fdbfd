import { adaptiveSoftmax } from './adaptive-softmax.js';
import type { HeadDeclaration } from './head.js';
import { mixtureOfSoftmaxes } from './mixture-of-softmaxes.js';
import { pointerSentinel } from './pointer-sentinel.js';
import { softmax } from './softmax.js';

/** The registry of heads. A new head is its file and a line here; the first is the default. */
export const heads: readonly HeadDeclaration[] = [softmax, adaptiveSoftmax, mixtureOfSoftmaxes, pointerSentinel];

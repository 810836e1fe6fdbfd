import { createHash } from 'node:crypto';
import type { Hash } from '../foundation/sha256.js';

/** SHA-256 by OpenSSL, with the processor's instructions for it. */
export function createNativeSha256(): Hash {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { ApiError } from './api-error.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Returns the check of a request's `authorization`. The time of the comparison does not depend on the key.
 * @param key undefined: every request is allowed
 */
export function keyCheck(key: string | undefined): (authorization: string | undefined) => void {
  if (key === undefined) return () => {};
  const expected = digest(key);
  return (authorization) => {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
    const message =
      given === undefined
        ? 'this server needs its API key: send the header "Authorization: Bearer KEY"'
        : 'this is not the API key of this server';
    throw new ApiError(401, message, { code: 'invalid_api_key', headers: { 'www-authenticate': 'Bearer' } });
  };
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether only programs on this machine can reach an address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Refuses requests to a server on loopback under another name: a web page can reach it in this way, by a name of its own that it points to
 * 127.0.0.1 (DNS rebinding).
 * @param host the header `host`
 */
export function checkLoopbackHost(host: string | undefined): void {
  const name = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host ?? '')?.[1] ?? '';
  if (isLoopback(name.toLowerCase().replace(/^\[(.*)\]$/, '$1'))) return;
  throw new ApiError(403, 'this server answers to localhost only: the header "host" names another machine', {
    code: 'host_not_allowed',
  });
}

import { UserError } from '../../foundation/errors.js';

/** The most redirections that are followed. */
const MAXIMUM_REDIRECTIONS = 5;

/** Limits on a slow server. */
export interface Patience {
  /** The longest time without data, in milliseconds. */
  readonly silence: number;
  /** At least `bytes` of a body must arrive in each `milliseconds`. */
  readonly pace: { readonly bytes: number; readonly milliseconds: number };
}

/** A slow modem is several times faster than 1,000 bytes per second. */
export const patience: Patience = { silence: 30_000, pace: { bytes: 60_000, milliseconds: 60_000 } };

const MAY_BE_REPEATED = 'Run the command again later: it continues where it stopped.';

/** A response, whose body may be read until `close` is called. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Pieces of the body. @throws UserError 'data' when the connection breaks or the server sends nothing for too long */
  body(): AsyncGenerator<Uint8Array>;
  close(): void;
}

/**
 * Checks an address: it must be https, or http on this machine itself, where the connection cannot be intercepted.
 *
 * @throws UserError 'usage' for any other
 */
export function checkAddress(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' || (url !== undefined && isLoopback(url))) return url;
  throw new UserError('usage', `${name} ${JSON.stringify(text)}: an address that begins with https:// is expected`);
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/**
 * Requests an address, and follows a few redirections, which must lead from one https address to another.
 *
 * @param headers of the request; compression is disabled, because the received bytes are counted for resuming
 * @throws UserError 'data' when there is no response
 */
export async function request(
  address: URL,
  headers: Readonly<Record<string, string>>,
  { silence, pace }: Patience,
): Promise<Answer> {
  let url = address;
  for (let redirections = 0; redirections <= MAXIMUM_REDIRECTIONS; redirections++) {
    const answer = await ask(url, headers, { silence, pace });
    const location = answer.headers.get('location');
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === null) return answer;
    answer.close();
    url = redirected(url, location);
  }
  throw new UserError(
    'data',
    `${address.href}: more than ${MAXIMUM_REDIRECTIONS} redirections. The file is not there any more.`,
  );
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  const allowed = to !== undefined && (to.protocol === 'https:' || (isLoopback(from) && isLoopback(to)));
  if (allowed) return to;
  throw new UserError('data', `${from.href} redirects to ${JSON.stringify(location)}, which is not an https address: refused`);
}

async function ask(url: URL, headers: Readonly<Record<string, string>>, { silence, pace }: Patience): Promise<Answer> {
  const controller = new AbortController();
  let silent: NodeJS.Timeout | undefined;
  let slow: NodeJS.Timeout | undefined;
  let arrived = 0;
  const waitForMore = () => {
    clearTimeout(silent);
    silent = setTimeout(() => controller.abort(new Error(`silent for ${silence / 1000} seconds`)), silence);
  };
  const checkPace = () => {
    const seconds = pace.milliseconds / 1000;
    if (arrived < pace.bytes) controller.abort(new Error(`too slow: ${arrived} bytes in ${seconds} seconds`));
    arrived = 0;
  };
  const onPiece = (bytes: number) => {
    arrived += bytes;
    waitForMore();
  };
  const close = () => {
    clearTimeout(silent);
    clearInterval(slow);
    controller.abort();
  };
  waitForMore();
  try {
    const response = await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: controller.signal,
    });
    const body = () => {
      slow = setInterval(checkPace, pace.milliseconds);
      return bodyOf(response, url, onPiece);
    };
    return { status: response.status, headers: response.headers, body, close };
  } catch (error) {
    close();
    throw unreachable(url, error);
  }
}

async function* bodyOf(response: Response, url: URL, onPiece: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  try {
    for await (const piece of response.body) {
      onPiece(piece.length);
      yield piece;
    }
  } catch (error) {
    throw new UserError('data', `${url.href}: the download was interrupted: ${reason(error)}. ${MAY_BE_REPEATED}`, {
      cause: error,
    });
  }
}

function unreachable(url: URL, error: unknown): UserError {
  const advice = 'Is there a network? Run the command again later.';
  return new UserError('data', `${url.href}: no answer: ${reason(error)}. ${advice}`, { cause: error });
}

/** The cause of a "fetch failed" error. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = cause as NodeJS.ErrnoException;
  return message || code || 'unknown';
}

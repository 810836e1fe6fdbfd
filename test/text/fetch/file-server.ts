import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FileServer {
  /** `http://127.0.0.1:PORT/` */
  readonly base: string;
  /** What was asked for, in order. */
  readonly requests: { path: string; range: string | undefined; ifRange: string | undefined }[];
  close(): Promise<void>;
}

export interface Served {
  readonly content: Uint8Array;
  /** Validator of the content; none at all when empty. */
  readonly etag?: string;
  /** Breaks the connection after so many bytes of an answer. */
  readonly breakAfter?: number;
  /** Announces nothing and ends after so many bytes, as if that were all. */
  readonly endAfter?: number;
  /** Sends one byte at a time, with so many milliseconds between them. */
  readonly drip?: number;
  /** Answers a range with this instead of what it should. */
  readonly contentRange?: string;
}

/** What a path leads to: a file, a redirection, or an answer of nothing but a status. */
export type Route = Served | { readonly location: string } | { readonly status: number };

/** A server on loopback that understands ranges; the routes may be changed between requests. */
export async function serveFiles(routes: Map<string, Route>): Promise<FileServer> {
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push({ path, range: request.headers.range, ifRange: request.headers['if-range'] as string | undefined });
    answer(request, response, routes.get(path) ?? { status: 404 });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, route: Route): void {
  if ('location' in route) return void response.writeHead(302, { location: route.location }).end();
  if ('status' in route) return void response.writeHead(route.status).end('gone');
  const { content, etag = '"1"', breakAfter, endAfter, drip, contentRange } = route;
  const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  const ranged = start !== undefined && request.headers['if-range'] === etag;
  const from = ranged ? Number(start) : 0;
  const body = content.subarray(from);
  const headers: Record<string, string> = etag === '' ? {} : { etag };
  if (ranged) headers['content-range'] = contentRange ?? `bytes ${from}-${content.length - 1}/${content.length}`;
  if (endAfter === undefined) headers['content-length'] = String(body.length);
  response.writeHead(ranged ? 206 : 200, headers);
  if (drip !== undefined) return void dripInto(response, body, drip);
  if (breakAfter === undefined) return void response.end(body.subarray(0, endAfter));
  response.write(body.subarray(0, breakAfter), () => setTimeout(() => response.destroy(), 20));
}

function dripInto(response: ServerResponse, body: Uint8Array, milliseconds: number): void {
  let sent = 0;
  const timer = setInterval(() => response.write(body.subarray(sent++, sent)), milliseconds);
  response.on('close', () => clearInterval(timer));
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { UserError } from '../foundation/errors.js';
import { ApiError } from './api-error.js';
import { type AppOptions, createApp } from './app.js';

export interface TextServerOptions extends AppOptions {
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
}

/** A server that listens. */
export interface TextServer {
  /** `http://127.0.0.1:8080`. */
  readonly url: string;
  /**
   * Accepts no more connections and requests, and resolves when the running requests are finished.
   * @param seconds after which they are aborted
   */
  stop(seconds: number): Promise<void>;
}

/** The most bytes of a request's headers. */
const HEADER_BYTES = 16_384;
/** Milliseconds between two searches for requests that have not arrived in time. */
const CHECKED_EVERY = 1000;
/** Milliseconds that a connection without a request stays open. */
const IDLE = 5000;

/** @throws UserError usage when the address cannot be used */
export async function startTextServer(options: TextServerOptions): Promise<TextServer> {
  const { host, port, limits } = options;
  const app = createApp(options);
  const errorHandler = (thrown: unknown) => app.refuse(badRequest((thrown as Error).message));
  const listener = getRequestListener((request, { outgoing }) => app.fetch(request, () => outgoing.destroy()), {
    overrideGlobalObjects: false,
    errorHandler,
  });
  const arrival = 1000 * limits.arrivalSeconds;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: arrival,
      requestTimeout: arrival,
      connectionsCheckingInterval: CHECKED_EVERY,
      keepAliveTimeout: IDLE,
      // A request without `host` gets an error in the same form as others.
      requireHostHeader: false,
    },
    listener,
  );
  server.maxConnections = limits.connections;
  const answerRaw = async (error: ApiError, socket: Socket) => writeRaw(socket, app.refuse(error));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // A connection that was reset, or on which an answer is under way, cannot get another answer.
    if (error.code === 'ECONNRESET' || !(socket as Socket).writable || hasAnswer(socket as Socket)) socket.destroy();
    else void answerRaw(transportError(error), socket as Socket);
  });
  server.on('checkExpectation', (request) => {
    const refusal = new ApiError(417, 'the header "expect" has another value than 100-continue', { code: 'invalid_request' });
    void answerRaw(refusal, request.socket);
  });
  await listen(server, host, port);
  const { address, family, port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    async stop(seconds) {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeIdleConnections();
      await app.stop(1000 * seconds);
      server.closeIdleConnections();
      // The end of an answer may still be on its way to a client that reads slowly.
      const timer = setTimeout(() => server.closeAllConnections(), CHECKED_EVERY);
      await closed;
      clearTimeout(timer);
    },
  };
}

const badRequest = (message: string) =>
  new ApiError(400, `this is not a valid request: ${message}`, { code: 'invalid_request' });

/** What Node's parser of HTTP objects to. */
function transportError({ code, message }: NodeJS.ErrnoException): ApiError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ApiError(408, 'the request came too slowly', { code: 'timeout' });
  if (code === 'HPE_HEADER_OVERFLOW')
    return new ApiError(431, `the headers have more than ${HEADER_BYTES} bytes`, { code: 'headers_too_large' });
  return badRequest(message);
}

/** Whether Node has begun an answer on a connection. */
const hasAnswer = (socket: Socket & { _httpMessage?: { headersSent: boolean } | null }) =>
  socket._httpMessage?.headersSent === true;

/** Writes an answer to a connection whose request has no response object, and closes it. */
async function writeRaw(socket: Socket, response: Response): Promise<void> {
  const body = await response.text();
  const headers = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const length = `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n`;
  socket.end(`HTTP/1.1 ${response.status} ${response.statusText || 'Error'}\r\n${headers}${length}\r\n${body}`);
  socket.destroySoon();
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'another program listens there' : error.message;
      reject(new UserError('usage', `cannot listen on ${host}, port ${port}: ${reason}; choose another --port or --host`));
    });
    server.listen(port, host, resolve);
  });
}

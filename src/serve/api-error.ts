import { UserError } from '../foundation/errors.js';

/** The `error` of an answer, in the form of OpenAI's interface. */
export interface ErrorBody {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

interface ApiErrorOptions {
  /** The parameter that is wrong. */
  readonly param?: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that the client can act on, with its status. */
export class ApiError extends Error {
  readonly body: ErrorBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly status: number,
    message: string,
    { param, code, headers = {} }: ApiErrorOptions = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.headers = headers;
    this.body = { message, type: typeOf(status), param: param ?? null, code: code ?? null };
  }
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** The client has closed the connection: nobody reads this answer, and the log shows its status, which is that of nginx. */
export const clientClosed = () => new ApiError(499, 'the client has closed the connection', { code: 'client_closed' });

export const serverStopping = () =>
  new ApiError(503, 'the server is stopping', { code: 'stopping', headers: { connection: 'close', 'retry-after': '10' } });

export const requestTimeout = (seconds: number) =>
  new ApiError(504, `the request was not finished within ${seconds} s, the limit of this server`, { code: 'timeout' });

/** An error as the client sees it. Of a bug the client sees nothing but the status. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof UserError) {
    const isClients = error.kind === 'usage' || error.kind === 'data';
    return new ApiError(isClients ? 400 : 500, error.message, { code: isClients ? 'invalid_value' : error.kind });
  }
  return new ApiError(500, 'the server failed at this request; its log says more', { code: 'internal_error' });
}

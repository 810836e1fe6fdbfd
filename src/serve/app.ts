import { type Context, Hono, type HonoRequest } from 'hono';
import { checkLoopbackHost, keyCheck } from './access.js';
import { ApiError, serverStopping } from './api-error.js';
import { completionHandler } from './completion-handler.js';
import { type Endpoint, type Endpoints, endpointsFor } from './endpoints.js';
import { beginExchange, type Handler, type RequestRecord, type ServerContext } from './exchange.js';
import type { Limits } from './limits.js';
import { measureHandlers } from './measure-handlers.js';
import { createMetrics, type Gauge } from './metrics.js';
import { openApiDocument } from './openapi.js';
import { pageHandlers } from './page.js';
import { createRunningRequests } from './running-requests.js';
import type { ServedModel } from './served-model.js';

export interface AppOptions {
  readonly models: readonly ServedModel[];
  readonly limits: Limits;
  /** The API key; undefined: none is needed. */
  readonly key: string | undefined;
  /** Whether the server has a page for people, which gets the files of the models. */
  readonly hasPage: boolean;
  /** Whether only programs on this machine can reach the server. */
  readonly isLocal: boolean;
  /** Of Textloom. */
  readonly version: string;
  /** Milliseconds since 1970. */
  now(): number;
  /** A seed for a request without one. */
  nextSeed(): number;
  log(record: RequestRecord): void;
  /** Reports an error that is a bug. */
  onBug(error: unknown): void;
}

/** The interface of the server, without the network. */
export interface TextApp {
  /** @param disconnect closes the connection of the request */
  readonly fetch: (request: Request, disconnect: () => void) => Response | Promise<Response>;
  /** The answer to what is not a valid request of HTTP; it is logged. */
  refuse(error: ApiError): Response;
  /** Refuses further requests, and resolves when the running ones are finished, or aborted after so many milliseconds. */
  stop(milliseconds: number): Promise<void>;
}

/** What a handler gets of the connection. */
interface Connection {
  Bindings: { readonly disconnect: () => void };
}

/** Sent with every answer. */
const usualHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The route of a request for which there is no endpoint, in the log. */
const UNKNOWN = 'unknown';

export function createApp(options: AppOptions): TextApp {
  const { models, limits, key, hasPage, isLocal, version, now, nextSeed, log, onBug } = options;
  const endpoints = endpointsFor(limits);
  const served = new Map(models.map((model) => [model.name, model]));
  const running = createRunningRequests(limits);
  const metrics = createMetrics();
  const checkKey = keyCheck(key);
  let isStopping = false;

  function modelOf(name: string): ServedModel {
    const model = served.get(name);
    if (model) return model;
    const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
    throw new ApiError(404, `there is no model ${shown} here; /v1/models lists those that are`, {
      param: 'model',
      code: 'model_not_found',
    });
  }
  const context: ServerContext = { endpoints, limits, metrics, running, now, nextSeed, log, onBug, modelOf };

  /** Runs a handler, after the checks that every request must pass. */
  async function answer({ req, env }: Context<Connection>, route: string, isOpen: boolean, handle: Handler): Promise<Response> {
    const exchange = beginExchange(context, {
      method: req.method,
      route,
      client: req.raw.signal,
      disconnect: env.disconnect,
    });
    try {
      if (isLocal) checkLoopbackHost(req.header('host'));
      if (!isOpen) checkKey(req.header('authorization'));
      if (isStopping && !isOpen) throw serverStopping();
      const response = await handle(req, exchange);
      if (!exchange.isStream) exchange.finish(response.status);
      return withUsualHeaders(response);
    } catch (thrown) {
      return errorResponse(exchange.fail(thrown));
    }
  }

  const app = new Hono<Connection>();
  const offered = Object.entries<Endpoint>(endpoints).filter(([, { ofPage = false }]) => hasPage || !ofPage);
  const handlers: Readonly<Record<keyof Endpoints, Handler>> = {
    ...handlersOf(),
    ...pageHandlers(context, key !== undefined),
    ...measureHandlers(context),
    completions: completionHandler(context),
  };
  for (const [name, endpoint] of offered) {
    const { path, method, isOpen = false } = endpoint;
    const route = path.replace(/\{(\w+)\}/g, ':$1');
    app.on(method.toUpperCase(), route, (c) => answer(c, path, isOpen, handlers[name as keyof Endpoints]));
    const allow = method === 'get' ? 'GET, HEAD' : 'POST';
    app.all(route, (c) =>
      answer(c, path, isOpen, () => {
        throw new ApiError(405, `${path} answers to ${allow}`, { code: 'method_not_allowed', headers: { allow } });
      }),
    );
  }
  app.notFound((c) =>
    answer(c, UNKNOWN, false, () => {
      throw new ApiError(404, 'there is nothing at this path; /openapi.json lists what there is', { code: 'unknown_url' });
    }),
  );

  function handlersOf() {
    const created = Math.floor(now() / 1000);
    const document = openApiDocument(
      offered.map(([, endpoint]) => endpoint),
      version,
      key !== undefined,
    );
    const shown = ({ name }: ServedModel) => ({ id: name, object: 'model', created, owned_by: 'textloom' });
    return {
      models: () => Response.json({ object: 'list', data: models.map(shown) }),
      model: (request: HonoRequest) => Response.json(shown(modelOf(request.param('model') ?? ''))),
      metrics: () =>
        new Response(metrics.text(gauges()), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } }),
      health: () => Response.json({ status: isStopping ? 'stopping' : 'ok' }, { status: isStopping ? 503 : 200 }),
      document: () => Response.json(document),
    };
  }

  function* gauges(): Generator<Gauge> {
    yield { name: 'textloom_requests_running', help: 'Requests that are computed', labels: {}, value: running.count };
    for (const { name, scheduler } of models)
      yield { name: 'textloom_rows_active', help: 'Texts in the batch', labels: { model: name }, value: scheduler.active };
    for (const { name, scheduler } of models)
      yield { name: 'textloom_rows_waiting', help: 'Texts that wait', labels: { model: name }, value: scheduler.waiting };
  }

  return {
    fetch: (request, disconnect) => app.fetch(request, { disconnect }),
    refuse(error) {
      const connection = { client: new AbortController().signal, disconnect: () => {} };
      return errorResponse(beginExchange(context, { method: '?', route: UNKNOWN, ...connection }).fail(error));
    },
    stop(milliseconds) {
      isStopping = true;
      return running.drain(milliseconds);
    },
  };
}

function withUsualHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(usualHeaders)) if (!response.headers.has(name)) response.headers.set(name, value);
  return response;
}

/** Nobody reads the answer to a client that has gone, and a Response cannot have its status. */
const errorResponse = ({ status, body, headers }: ApiError): Response =>
  withUsualHeaders(Response.json({ error: body }, { status: status === 499 ? 400 : status, headers }));

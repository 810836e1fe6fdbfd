import { planCompletion } from './completion-plan.js';
import { completeTexts, prepareStream } from './completions.js';
import { eventStreamBody } from './event-stream.js';
import type { Handler, ServerContext } from './exchange.js';
import { readBody } from './read-body.js';

/** Answers POST /v1/completions. */
export function completionHandler(context: ServerContext): Handler {
  const { endpoints, limits, metrics, now, nextSeed, modelOf } = context;
  const created = Math.floor(now() / 1000).toString(36);
  let answers = 0;
  return async (request, exchange) => {
    const { signal, leave } = exchange.admit();
    const body = await readBody(request, endpoints.completions.request, limits.bodyBytes);
    const served = modelOf(body.model);
    exchange.model = served.name;
    const plan = planCompletion(body, served, limits, nextSeed());
    const head = {
      id: `cmpl-${created}-${++answers}`,
      object: 'text_completion' as const,
      created: Math.floor(now() / 1000),
      model: served.name,
      seed: plan.options.seed,
    };
    if (!plan.streams) {
      const { answer, usage } = await completeTexts(plan, head, signal);
      exchange.usage = usage;
      return Response.json(answer);
    }
    const write = await prepareStream(plan, head, signal);
    metrics.firstEvent(served.name, (now() - exchange.begin) / 1000);
    exchange.isStream = true;
    const stream = eventStreamBody(
      async (events) => {
        exchange.usage = await write(events);
        exchange.finish(200);
      },
      { onRoom: served.scheduler.wake, onCancel: leave, fail: exchange.fail },
    );
    return new Response(stream, {
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    });
  };
}

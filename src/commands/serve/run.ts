import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTypedArrayEngine } from '../../engine/typed-array/typed-array-engine.js';
import { packageFolder } from '../../files/package-folder.js';
import { createRandom } from '../../foundation/random.js';
import { openModel } from '../../run/open-model.js';
import { isLoopback } from '../../serve/access.js';
import { createEmbedder } from '../../serve/embeddings.js';
import { createRowScheduler } from '../../serve/row-scheduler.js';
import type { ServedModel } from '../../serve/served-model.js';
import { startTextServer, type TextServer } from '../../serve/text-server.js';
import { formatCount } from '../../ui/format.js';
import { standardError } from '../../ui/output.js';
import { describeFailure } from '../shared/describe-failure.js';
import { openInference } from '../shared/inference.js';
import { promptReader } from '../shared/readable-texts.js';
import { type StopSignal, signalExitCodes, watchStopSignals } from '../shared/stop-signals.js';
import { recordLine } from './record-line.js';
import type { ServeRequest } from './request.js';

/** The seeds of requests without one are below this bound, so that other programs can read them. */
const SEEDS = 2_147_483_648;

/** Runs the serve command, until a signal. Messages and the log go to standard error. */
export async function serveModels(request: ServeRequest): Promise<void> {
  const { host, port, key, hasPage, limits, stopSeconds, log } = request;
  const opened: (() => void)[] = [];
  const say = (text: string) => void standardError.line(text);
  try {
    const models: ServedModel[] = [];
    for (const entry of request.models) models.push(await openServed(entry, request, opened));
    // Two servers must not write the same texts, so the seeds depend on the time.
    const seeds = createRandom(Math.floor(1000 * (performance.timeOrigin + performance.now())));
    const stopped = signalReceived();
    const server = await startTextServer({
      models,
      host,
      port,
      key,
      hasPage,
      limits,
      isLocal: isLoopback(host),
      version: JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')).version,
      now: Date.now,
      nextSeed: () => seeds.integer(SEEDS),
      log: (record) => {
        if (log !== 'none') say(recordLine(record, log));
      },
      onBug: (error) => say(describeFailure(error).text),
    });
    for (const { name, model } of models)
      say(`${name}: ${model.path}, ${formatCount(model.tokenizer.vocabulary.size)} tokens in the vocabulary`);
    say(`listening on ${server.url}${key === undefined ? '' : ', with an API key'}; Ctrl-C stops`);
    await stop(server, await stopped, stopSeconds, say);
  } finally {
    for (const close of opened) close();
  }
}

async function stop(server: TextServer, signal: StopSignal, seconds: number, say: (text: string) => void): Promise<void> {
  say(`stopping: running requests have ${seconds} s; Ctrl-C again stops at once`);
  await server.stop(seconds);
  process.exitCode = signalExitCodes[signal];
}

const signalReceived = () => new Promise<StopSignal>((resolve) => void watchStopSignals(resolve));

async function openServed(
  { name, path, engine: choice }: ServeRequest['models'][number],
  { rows, threads, unknown }: ServeRequest,
  opened: (() => void)[],
): Promise<ServedModel> {
  const { model, engine, close } = await openInference(path, choice);
  opened.push(close);
  const isOwn = choice.type === 'typed-array' && !('exported' in model);
  const wide = isOwn && threads > 1 ? openWide(model.path, threads) : undefined;
  if (wide) opened.push(wide.engine.close);
  return {
    name,
    model,
    engine,
    scheduler: createRowScheduler({ model, engine, rows, wide }),
    // A notice would repeat a text of the client.
    prepare: promptReader(model.tokenizer, unknown, () => {}),
    embed: createEmbedder(model, engine),
  };
}

/** The model once more, on an engine whose shards share the rows of a batch. Each program finds the fastest number of threads. */
function openWide(path: string, threads: number) {
  const now = () => performance.now() / 1000;
  const engine = createTypedArrayEngine({ shards: threads, threads, now });
  return { engine, model: openModel(path, engine) };
}

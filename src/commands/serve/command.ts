import type { CommandModule } from 'yargs';
import { engineFlags } from '../shared/engine-flag.js';
import { numericFlag, pathFlag, pathsArgument, textFlag, unknownFlag } from '../shared/flags.js';
import type { ServeFlags } from './arguments.js';

const off = { boolean: true, default: false } as const;
const [address, work] = ['Address and access:', 'Limits and work:'].map((group) => ({ group }));

export const serveCommand: CommandModule<object, ServeFlags> = {
  command: 'serve <models..>',
  describe: 'Answer requests over HTTP, in the interface of OpenAI',
  builder: async (yargs) =>
    yargs
      .positional('models', {
        ...pathsArgument,
        demandOption: true,
        describe: 'Model files, run directories (their best models), or .onnx files from export',
      })
      .option('host', {
        ...textFlag,
        ...address,
        describe: 'Address to listen on. Default 127.0.0.1, which only this machine can reach',
      })
      .option('port', { ...numericFlag, ...address, describe: 'Port to listen on; 0: a free one. Default 8080' })
      .option('api-key-file', {
        ...pathFlag,
        ...address,
        describe: 'File with the key that requests must have. Default: the variable TEXTLOOM_API_KEY, if it is set',
      })
      .option('without-key', {
        ...off,
        ...address,
        describe: 'Listen on an address that other machines can reach without a key',
      })
      .option('without-page', {
        ...off,
        ...address,
        describe: 'No page at /, and so no files of models for those who use it',
      })
      .option('rows', { ...numericFlag, ...work, describe: 'Texts that each model computes at once. Default 32' })
      .option('threads', {
        ...numericFlag,
        ...work,
        describe: 'Most threads for a batch with many texts, on a second copy of the weights; fewer where faster. Default 1',
      })
      .options(await limitFlags())
      .option('stop-timeout', {
        ...numericFlag,
        ...work,
        describe: 'Seconds that running requests have to finish after Ctrl-C. Default 10',
      })
      .option('unknown', { ...unknownFlag, ...work })
      .option('log', { ...textFlag, describe: 'A line for each request on standard error: text, json or none. Default text' })
      .options(engineFlags)
      .example('$0 serve runs/quickstart', 'one model, for programs on this machine')
      .example('$0 serve runs/a runs/b --port 9000', 'two models; the field "model" of a request chooses one')
      .epilogue(
        'POST /v1/completions, /v1/embeddings, /v1/perplexity, /v1/surprisal; GET /v1/models, /openapi.json, /health, /metrics. ' +
          'In a browser, / is a page in which the models write. ' +
          'A model has the name of its run directory or file. On the typed-array engine each text has the bits that `sample` writes. ' +
          'Texts are never logged. Ctrl-C stops the server when running requests are finished; a second one stops it at once.',
      ),
  handler: async (args) => {
    const { serveRequest } = await import('./request.js');
    const request = serveRequest(args, process.env.TEXTLOOM_API_KEY);
    const { serveModels } = await import('./run.js');
    await serveModels(request);
  },
};

/** The flags of all limits. The registry is loaded only when the command is called. */
async function limitFlags() {
  const { limitDeclarations } = await import('../../serve/limits.js');
  const flags = limitDeclarations.map(
    ({ flag, describe, usual }) => [flag, { ...numericFlag, ...work, describe: `${describe}. Default ${usual}` }] as const,
  );
  type Flag = (typeof flags)[number];
  return Object.fromEntries(flags) as Record<Flag[0], Flag[1]>;
}

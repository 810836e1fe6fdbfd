// @ts-check
// Writes texts over HTTP: node server.mjs MODEL [PORT], then curl -N 'localhost:3000/write?prompt=The+Fox&seed=2'
//
// `write` is a handler of Node's own server. Express takes the same function: express().get('/write', write).

import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGenerator, createTypedArrayEngine, openModel, UserError } from 'textloom';

const [path = 'runs/quickstart', port = '3000'] = process.argv.slice(2);
const engine = createTypedArrayEngine();
const generator = createGenerator({ model: openModel(path, engine), engine });

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function write(request, response) {
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost');
  // The generation ends with the connection: nobody computes for a reader that has gone away.
  const connection = new AbortController();
  response.on('close', () => connection.abort());
  const { signal } = connection;
  try {
    const prompt = await generator.read(searchParams.get('prompt') ?? '', undefined, { signal });
    const seed = Number(searchParams.get('seed') ?? 1);
    const text = generator.generate(prompt, { maximumTokens: 500, temperature: 0.8, seed, signal });
    // The first piece comes before the head of the answer, so that wrong options still become a status.
    const first = await text.next();
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    response.write(first.done ? '' : first.value);
    // A pipeline waits for slow readers.
    await pipeline(Readable.from(text), response);
  } catch (error) {
    if (signal.aborted) return;
    if (response.headersSent) return void response.destroy();
    const isMistake = error instanceof UserError;
    if (!isMistake) console.error(error);
    response.writeHead(isMistake ? 400 : 500, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(isMistake ? `${error.message}\n` : 'internal error\n');
  }
}

const server = createServer((request, response) => {
  if (request.method === 'GET' && request.url?.startsWith('/write')) return write(request, response);
  response.writeHead(404).end();
});
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on port ${typeof address === 'object' ? address?.port : port}`);
});

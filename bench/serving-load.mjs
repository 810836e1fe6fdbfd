/** A server in a process of its own, and clients that read streams from it. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../bin/textloom.js', import.meta.url));

/**
 * Starts `textloom serve` on a free port.
 * @param {string[]} args the model and further flags
 */
export async function startServing(args) {
  const child = spawn(process.execPath, [program, 'serve', ...args, '--port', '0', '--log', 'none'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  const url = await new Promise((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      said += text;
      const found = /listening on (http:\S+\d)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.on('exit', () => reject(new Error(said)));
  });
  return {
    /** @type {string} */
    url,
    /** Megabytes of memory that the process has now; undefined where the system does not say. */
    memory() {
      try {
        return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
      } catch {
        return undefined;
      }
    },
    /** Seconds of processor time that the process has used; undefined where the system does not say. */
    processorSeconds() {
      try {
        // After the name, which may have blanks: state is field 3, utime 14 and stime 15, in hundredths of a second.
        const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return (Number(fields[11]) + Number(fields[12])) / 100;
      } catch {
        return undefined;
      }
    },
    /** What the server said after it was asked to stop. */
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit').on('exit', () => resolve(said));
        child.kill('SIGTERM');
      }),
  };
}

/** Each client has a connection of its own, which it keeps. */
export const createClient = () => new Agent({ keepAlive: true, maxSockets: 1 });

/**
 * Reads one stream to its end.
 * @param {string} url of the server
 * @param {Agent} agent
 * @param {object} body of POST /v1/completions, without `stream`
 * @returns {Promise<{ text: string, tokens: number }>} rejects with what is not as it must be
 */
export function readStream(url, agent, body) {
  const json = JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } });
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/v1/completions`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(json) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      let [rest, text, tokens, isDone] = ['', '', 0, false];
      response.setEncoding('utf8').on('data', (/** @type {string} */ piece) => {
        const events = (rest + piece).split('\n\n');
        rest = events.pop() ?? '';
        for (const event of events) {
          if (event === 'data: [DONE]') {
            isDone = true;
            continue;
          }
          const { choices, usage, error } = JSON.parse(event.slice('data: '.length));
          if (error !== undefined) reject(new Error(error.message));
          text += choices?.[0]?.text ?? '';
          tokens += usage?.completion_tokens ?? 0;
        }
      });
      response.on('error', reject);
      response.on('end', () => {
        if (isDone) resolve({ text, tokens });
        else reject(new Error(`status ${response.statusCode}: the stream has no end`));
      });
    });
    sent.end(json);
  });
}

/**
 * Two hosts on one machine: network namespaces with a link whose speed is limited. Needs Linux, root, `ip` and `tc`; for a delay `python3`.
 */

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The part of a link's rate that TCP's data get: what remains of an Ethernet frame of 1,538 bytes. */
export const GOODPUT = 1448 / 1538;

const hosts = [1, 2].map((number) => ({
  name: `textloom-host-${number}`,
  interface: `textloom-link-${number}`.slice(0, 15),
  address: `10.77.0.${number}`,
}));

/** @param {string} command @param {string} line */
const run = (command, line) => void execFileSync(command, line.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });

/** Bytes of the largest frame of a delayed link: few and large ones, as with segmentation offload, because a program passes them on. */
const MTU = 65_000;

/**
 * @param {string} rate of the link in the form of `tc`, as in `1gbit`
 * @param {number} [delay] of each direction in seconds
 * @returns {Promise<{ command: string[], close: () => void }>} the command that starts Open MPI's processes on them, one on each
 */
export async function openTwoHosts(rate, delay) {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-hosts-'));
  /** @type {import('node:stream').Writable | undefined} */
  let wire;
  const close = () => {
    wire?.end();
    for (const { name } of hosts) {
      try {
        run('ip', `netns del ${name}`);
      } catch {
        // It was not made.
      }
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [first, second] = /** @type {[typeof hosts[0], typeof hosts[0]]} */ (hosts);
    for (const { name } of hosts) run('ip', `netns add ${name}`);
    if (delay === undefined) {
      run('ip', `link add ${first.interface} netns ${first.name} type veth peer name ${second.interface} netns ${second.name}`);
    } else {
      wire = await layWire(first.interface, second.interface, 8 * bytesPerSecond(rate), delay);
      for (const { name, interface: link } of hosts) run('ip', `link set ${link} netns ${name} mtu ${MTU}`);
    }
    for (const { name, interface: link, address } of hosts) {
      run('ip', `-n ${name} addr add ${address}/24 dev ${link}`);
      run('ip', `-n ${name} link set lo up`);
      run('ip', `-n ${name} link set ${link} up`);
      if (delay === undefined) run('tc', `-n ${name} qdisc add dev ${link} root tbf rate ${rate} burst 256kb latency 50ms`);
    }
    // Open MPI calls it in place of ssh: with the address of the host and a command line. It knows hosts by their names.
    const agent = join(folder, 'agent.sh');
    writeFileSync(
      agent,
      `#!/bin/sh\nshift\nexec taskset -c 1 ip netns exec ${second.name} unshare --uts sh -c "hostname ${second.name}; $*"\n`,
    );
    chmodSync(agent, 0o755);
    const starter = join(folder, 'start.sh');
    const network = '10.77.0.0/24';
    const flags = [
      // Otherwise Open MPI would bind the processes of both hosts to the same core; `taskset` gives each its own.
      '--allow-run-as-root --bind-to none',
      `--host ${hosts.map(({ address }) => `${address}:1`).join(',')}`,
      `--mca plm_rsh_agent ${agent}`,
      // Buffers of TCP as large as the kernel finds useful: Open MPI's own are too small for a link with a delay.
      '--mca btl_tcp_sndbuf 0 --mca btl_tcp_rcvbuf 0',
      `--mca btl tcp,self --mca btl_tcp_if_include ${network} --mca oob_tcp_if_include ${network}`,
    ].join(' ');
    writeFileSync(starter, `#!/bin/sh\nhostname ${first.name}\nexec taskset -c 0 mpirun ${flags} "$@"\n`);
    chmodSync(starter, 0o755);
    return { command: ['ip', 'netns', 'exec', first.name, 'unshare', '--uts', starter], close };
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Starts the program that is the link, and resolves with its standard input, which ends it.
 *
 * @param {string} first @param {string} second names of the interfaces that it makes
 * @param {number} rate in bits per second
 * @param {number} delay in seconds
 * @returns {Promise<import('node:stream').Writable>}
 */
function layWire(first, second, rate, delay) {
  const program = fileURLToPath(new URL('delayed_link.py', import.meta.url));
  const wire = spawn('python3', [program, first, second, String(rate), String(delay)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    wire.once('error', reject);
    wire.once('exit', (code) => reject(new Error(`the link between the hosts ended with code ${code}`)));
    wire.stdout.once('data', () => resolve(wire.stdin));
  });
}

/** Bytes per second of a rate in the form of `tc`: `1gbit`, `100mbit`. @param {string} rate */
export function bytesPerSecond(rate) {
  const [, number, unit] = /^(\d+)([mg])bit$/.exec(rate) ?? [];
  if (unit === undefined) throw new Error(`${rate}: a rate such as 1gbit or 100mbit is expected`);
  return (Number(number) * (unit === 'g' ? 1e9 : 1e6)) / 8;
}

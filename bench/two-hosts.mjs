/** Two hosts on one machine: network namespaces with a link whose speed is limited. Needs Linux, root, `ip` and `tc`. */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The part of a link's rate that TCP's data get: what remains of an Ethernet frame of 1,538 bytes. */
export const GOODPUT = 1448 / 1538;

const hosts = [1, 2].map((number) => ({
  name: `textloom-host-${number}`,
  interface: `textloom-link-${number}`.slice(0, 15),
  address: `10.77.0.${number}`,
}));

/** @param {string} command @param {string} line */
const run = (command, line) => void execFileSync(command, line.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });

/**
 * @param {string} rate of the link in the form of `tc`, as in `1gbit`
 * @param {string} [delay] of each direction, as in `1ms`; the kernel must have netem
 * @returns {{ command: string[], close: () => void }} the command that starts Open MPI's processes on them, one on each
 */
export function openTwoHosts(rate, delay) {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-hosts-'));
  const close = () => {
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
    run('ip', `link add ${first.interface} netns ${first.name} type veth peer name ${second.interface} netns ${second.name}`);
    for (const { name, interface: link, address } of hosts) {
      run('ip', `-n ${name} addr add ${address}/24 dev ${link}`);
      run('ip', `-n ${name} link set lo up`);
      run('ip', `-n ${name} link set ${link} up`);
      const limit =
        delay === undefined ? `tbf rate ${rate} burst 256kb latency 50ms` : `netem rate ${rate} delay ${delay} limit 100000`;
      run('tc', `-n ${name} qdisc add dev ${link} root ${limit}`);
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

/** Bytes per second of a rate in the form of `tc`: `1gbit`, `100mbit`. @param {string} rate */
export function bytesPerSecond(rate) {
  const [, number, unit] = /^(\d+)([mg])bit$/.exec(rate) ?? [];
  if (unit === undefined) throw new Error(`${rate}: a rate such as 1gbit or 100mbit is expected`);
  return (Number(number) * (unit === 'g' ? 1e9 : 1e6)) / 8;
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { freePort } from './free-port.ts';

/** Whether a real redis-server is on this machine; what needs one is skipped without it. */
export const hasRedisServer = isInstalled('redis-server');

/** A real redis-server of a test's own, on a free port. */
export interface RedisServer {
  url: string;
  port: number;
  /** A connection beside the app's, for looking and for counting. */
  admin: Redis;
  /** Sends a signal: SIGKILL, or SIGSTOP and SIGCONT for one that hangs. */
  signal(signal: NodeJS.Signals): void;
  /** Starts it again on the same port and the same files, after it was killed. */
  restart(): Promise<void>;
  /** Runs `act` and returns how many commands other connections sent meanwhile. */
  countCommands(act: () => Promise<unknown>): Promise<number>;
  /** Runs `act` and returns what came over the wire meanwhile; what scripts call does not. */
  commandsSent(act: () => Promise<unknown>): Promise<string[]>;
  close(): Promise<void>;
}

export interface RedisServerOptions {
  /** Settings that need to know the port. */
  ofPort?: (port: number) => string[];
  /** How the admin logs in, where that takes a password or TLS. */
  admin?: Pick<RedisOptions, 'username' | 'password' | 'tls'>;
}

export async function startRedisServer(
  settings: string[] = [],
  { ofPort = () => [], admin: login = {} }: RedisServerOptions = {},
): Promise<RedisServer> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'doorstep-redis-'));
  const usual = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''];
  // So that a dump can be searched for text.
  usual.push('--rdbcompression', 'no');
  const url = `redis://127.0.0.1:${port}`;
  const admin = new Redis(url, { ...login, lazyConnect: true, retryStrategy: () => 50 });
  admin.on('error', () => {});
  let running: ChildProcess;
  const start = async () => {
    running = spawn('redis-server', [...usual, ...settings, ...ofPort(port)], { stdio: 'ignore' });
    while ((await admin.ping().catch(() => 'away')) !== 'PONG') await pause(10);
  };
  await start();

  return {
    url,
    port,
    admin,
    signal: (signal) => void running.kill(signal),
    restart: start,
    async countCommands(act) {
      await admin.config('RESETSTAT');
      await act();
      const stats = await admin.info('commandstats');
      return [...stats.matchAll(/^cmdstat_(\S+?):calls=(\d+)/gm)]
        .filter(([, name = '']) => !NOT_OF_THE_APP.test(name))
        .reduce((sum, [, , calls]) => sum + Number(calls), 0);
    },
    async commandsSent(act) {
      const monitor = await admin.monitor();
      const names: string[] = [];
      const ended = new Promise<void>((resolve) => {
        monitor.on('monitor', (_time, [name]: string[], source: string) => {
          if (name === 'echo') resolve();
          else if (name && source !== 'lua') names.push(name);
        });
      });
      await act();
      await admin.echo('the end');
      await ended;
      monitor.disconnect();
      return names;
    },
    async close() {
      admin.disconnect();
      const ended = new Promise((resolve) => running.once('exit', resolve));
      if (running.kill('SIGKILL')) await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A whole Redis Cluster in one process, for what only asks it. */
export async function startOneNodeCluster(
  settings: string[] = [],
  slots: [number, number] = [0, 16_383],
): Promise<RedisServer & { bus: number }> {
  // Beside the port, and not 10000 above it: that may be taken.
  const bus = await freePort();
  const own = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--appendonly', 'yes'];
  // Alone, it would not know its own address.
  own.push('--cluster-announce-ip', '127.0.0.1');
  const node = await startRedisServer([...own, ...settings]);
  await node.admin.call('CLUSTER', 'ADDSLOTSRANGE', ...slots.map(String));
  while (!/cluster_state:ok/.test(String(await node.admin.cluster('INFO')))) {
    if (slots[1] - slots[0] < 16_383) break;
    await pause(10);
  }
  return { ...node, bus };
}

/** What the counting itself, new connections and replicas send. */
const NOT_OF_THE_APP =
  /^(config|info|client|hello|cluster|ping|psync|replconf|evalsha\b.*load|script)/;

/** @param version the word by which the command says its version, and ends. */
export function isInstalled(command: string, version = '--version'): boolean {
  try {
    execFileSync(command, [version], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

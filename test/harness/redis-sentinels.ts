import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { type RedisServer, type RedisServerOptions, startRedisServer } from './redis-server.ts';

/** Until a master that does not answer counts as down, milliseconds. */
export const DOWN_AFTER = 2000;
/** After this a failover that led to nothing is given up, and tried again after twice this, milliseconds. */
export const FAILOVER_TIMEOUT = 3000;
export const MASTER_SET = 'sessions';
const POLLING = { timeout: 30_000, interval: 50 };

export interface SentinelOptions extends RedisServerOptions {
  /** Lines for the Sentinels' own configuration. */
  lines?: string[];
  sentinelLogin?: RedisServerOptions['admin'];
}

/** A master, two replicas and three Sentinels of a test's own. */
export interface SentinelServers {
  servers: RedisServer[];
  sentinels: { port: number; admin: Redis }[];
  /** The comma-separated addresses of the Sentinels. */
  addresses: string;
  /** By what the servers say themselves. */
  master(): Promise<RedisServer>;
  /** Resolves when this one is a replica that is in step. */
  isReplica(server: RedisServer): Promise<void>;
  /** Asks for a failover though nothing is wrong. */
  failover(): Promise<unknown>;
  signalSentinels(signal: NodeJS.Signals): void;
  close(): Promise<void>;
}

export async function startSentinels(
  settings: string[] = [],
  { lines = [], sentinelLogin = {}, ...options }: SentinelOptions = {},
): Promise<SentinelServers> {
  const usual = ['--appendonly', 'yes', '--repl-diskless-sync-delay', '0'];
  const announced = ['--replica-announce-ip', 'localhost'];
  const start = () => startRedisServer([...usual, ...announced, ...settings], options);
  const servers = await Promise.all([start(), start(), start()]);
  const [first, ...replicas] = servers;
  if (!first) throw new Error('There are servers');
  await Promise.all(replicas.map(({ admin }) => admin.replicaof('localhost', first.port)));

  const isReplica = async ({ admin }: RedisServer) => {
    await vi.waitFor(async () => {
      const [name, , , link] = await admin.role();
      if (name !== 'slave' || link !== 'connected') throw new Error(`Is ${name}, ${link}`);
    }, POLLING);
  };
  await Promise.all(replicas.map(isReplica));

  const sentinels = await Promise.all(
    [1, 2, 3].map(() =>
      startSentinel(first.port, { lines, ofPort: options.ofPort, login: sentinelLogin }),
    ),
  );
  // Only who knows the others and the replicas can bring about a failover.
  await vi.waitFor(async () => {
    for (const { admin } of sentinels) {
      const info = await admin.info();
      if (!info.includes('slaves=2,sentinels=3')) throw new Error(info);
    }
  }, POLLING);

  return {
    servers,
    sentinels,
    addresses: sentinels.map(({ port }) => `localhost:${port}`).join(','),
    async master() {
      const roles = await Promise.all(servers.map(({ admin }) => admin.role().catch(() => [])));
      const masters = servers.filter((_, index) => roles[index]?.[0] === 'master');
      if (masters.length !== 1 || !masters[0]) throw new Error(`${masters.length} are masters`);
      return masters[0];
    },
    isReplica,
    failover: async () => sentinels[0]?.admin.call('SENTINEL', 'FAILOVER', MASTER_SET),
    signalSentinels: (signal) => {
      for (const { running } of sentinels) running.kill(signal);
    },
    async close() {
      await Promise.all(sentinels.map((one) => one.close()));
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

interface Sentinel {
  port: number;
  admin: Redis;
  running: ChildProcess;
  close(): Promise<void>;
}

async function startSentinel(
  masterPort: number,
  {
    lines,
    ofPort = () => [],
    login,
  }: { lines: string[]; ofPort: RedisServerOptions['ofPort']; login: RedisServerOptions['admin'] },
): Promise<Sentinel> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'doorstep-sentinel-'));
  const file = join(directory, 'sentinel.conf');
  // It keeps what it learns in its own configuration, so that must be a file.
  const configuration = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${directory}`,
    'sentinel resolve-hostnames yes',
    'sentinel announce-hostnames yes',
    `sentinel monitor ${MASTER_SET} localhost ${masterPort} 2`,
    `sentinel down-after-milliseconds ${MASTER_SET} ${DOWN_AFTER}`,
    `sentinel failover-timeout ${MASTER_SET} ${FAILOVER_TIMEOUT}`,
    ...lines,
    ...inFile(ofPort(port)),
  ];
  writeFileSync(file, `${configuration.join('\n')}\n`);
  const running = spawn('redis-server', [file, '--sentinel'], { stdio: 'ignore' });
  const admin = new Redis({
    port,
    host: 'localhost',
    ...login,
    enableReadyCheck: false,
    retryStrategy: () => 50,
  });
  admin.on('error', () => {});
  return {
    port,
    admin,
    running,
    async close() {
      admin.disconnect();
      const ended = new Promise((resolve) => running.once('exit', resolve));
      if (running.exitCode === null && running.kill('SIGKILL')) await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Settings as words of a command line, as lines of a file. */
function inFile(words: string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    if (word.startsWith('--')) lines.push(word.slice(2));
    else lines.push(`${lines.pop()} ${word}`);
  }
  return lines;
}
